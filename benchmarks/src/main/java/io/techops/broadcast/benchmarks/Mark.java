package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * What has been spent and done up to a moment.
 *
 * @param nanos the moment
 * @param serverCpu the processor time of the server's processes
 * @param redisCpu the processor time of the Redis server that they share, if there is one
 * @param loadCpu the processor time of this process
 * @param done deliveries, messages or connections
 */
record Mark(long nanos, long serverCpu, long redisCpu, long loadCpu, long done) {

    static Mark of(Target server, long done) throws IOException {
        long own = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
        return new Mark(System.nanoTime(), server.serverCpu(), server.redisCpu(), own, done);
    }

    /** {@return what was spent and done since then} */
    Mark since(Mark then) {
        return new Mark(nanos - then.nanos, serverCpu - then.serverCpu,
                redisCpu - then.redisCpu, loadCpu - then.loadCpu, done - then.done);
    }
}
