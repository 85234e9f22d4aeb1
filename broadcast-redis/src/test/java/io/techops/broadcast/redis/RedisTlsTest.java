package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.Tls;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis behind TLS, with a certificate of its own on both sides. */
class RedisTlsTest {

    private static final String PASSWORD = "password";

    @TempDir
    private Path folder;

    @Test
    void aServerIsTrustedByItsCertificateAndTrustsTheClients() throws Exception {
        Tls.writePem(Tls.keyStore(folder, PASSWORD), PASSWORD, folder);
        int tls = FreePort.find();
        try (RedisProcess redis = RedisProcess.start(Binary.JAR, "tls-port " + tls,
                "tls-cert-file " + folder.resolve("cert.pem"), "tls-key-file " + folder.resolve("key.pem"),
                "tls-ca-cert-file " + folder.resolve("cert.pem"), "tls-auth-clients yes")) {
            String uri = "rediss://localhost:" + tls;
            try (RedisBackplane backplane = RedisBackplane.builder().uri(uri).timeout(FaultTest.PATIENCE)
                    .trustedCertificates(folder.resolve("cert.pem"))
                    .clientCertificate(folder.resolve("cert.pem"), folder.resolve("key.pem")).connect();
                    Node node = new Node(backplane, "secret")) {
                node.append("through TLS");
                node.awaitText("through TLS");
            }
            assertThat(catchThrowableOfType(BackplaneException.class, () -> RedisBackplane.builder().uri(uri)
                    .timeout(Duration.ofMillis(500)).connect().close())).hasMessageContaining("localhost:" + tls);
            assertThat(redis.port()).isPositive();
        }
    }
}
