package io.techops.broadcast.redis;

import io.techops.broadcast.spi.SharedLogs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The contract, on the servers that are installed. */
@ParameterizedClass
@EnumSource(mode = Mode.EXCLUDE, names = "JAR")
class InstalledContractTest extends SharedLogContract {

    @Parameter
    Binary binary;

    private RedisProcess server;

    @BeforeParameterizedClassInvocation
    static void isInstalled(Binary binary) {
        binary.path();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    SharedLogs node() {
        if (server == null) {
            server = RedisProcess.start(binary);
        }
        return FaultTest.patient(server.uri()).build();
    }
}
