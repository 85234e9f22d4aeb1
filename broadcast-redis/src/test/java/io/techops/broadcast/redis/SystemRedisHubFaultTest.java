package io.techops.broadcast.redis;

/** The faults that hubs see, on the Redis of the system. */
class SystemRedisHubFaultTest extends RedisHubFaultTest {

    @Override
    Binary binary() {
        return Binary.SYSTEM;
    }
}
