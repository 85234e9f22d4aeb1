package io.techops.broadcast.redis;

/** The faults, on the Redis of the system. */
class SystemRedisFaultTest extends RedisFaultTest {

    @Override
    Binary binary() {
        return Binary.SYSTEM;
    }
}
