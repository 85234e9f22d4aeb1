package io.techops.broadcast.redis;

import io.techops.broadcast.spi.Backplane;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract, on the Redis of the system. */
class SystemRedisContractTest extends SharedLogContract {

    private static RedisProcess redis;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start(Binary.SYSTEM);
    }

    @AfterAll
    static void stop() {
        if (redis != null) {
            redis.close();
        }
    }

    @Override
    Backplane node() {
        return RedisBackplane.builder().uri(redis.uri()).build();
    }
}
