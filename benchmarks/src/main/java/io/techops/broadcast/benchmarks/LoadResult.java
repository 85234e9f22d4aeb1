package io.techops.broadcast.benchmarks;

import org.HdrHistogram.Histogram;

/**
 * What the load generator found. Where connections come and go, a connection is counted as a delivery and as a message;
 * where messages are ignored, each is counted as a delivery; where some peers are slow, each message is counted as one.
 *
 * @param connections how many handshakes there were
 * @param connectNanos how long they took, all together; with peers that come back, until they had what they had missed
 * @param connectCpuNanos what they cost the server
 * @param deliveries messages that arrived within the measured window, all peers together
 * @param messages messages that were published within it
 * @param nanos how long the window was
 * @param serverCpuNanos what the server took of the processors, user and system
 * @param redisCpuNanos what the Redis server took that its nodes share; 0 without one
 * @param loadCpuNanos what the load generator took
 * @param bytes what the peers got within it, as it is on the wire; where some are slow, what these got
 * @param p50 half of the deliveries took no longer than this, in nanoseconds since the message was due to be sent
 * @param p99 the same for 99 %
 * @param p999 the same for 99.9 %
 * @param failure what was wrong with the deliveries, or empty
 */
record LoadResult(long connections, long connectNanos, long connectCpuNanos, long deliveries, long messages, long nanos,
        long serverCpuNanos, long redisCpuNanos, long loadCpuNanos, long bytes, long p50,
        long p99, long p999, String failure) {

    /**
     * @param latency of the deliveries
     */
    LoadResult(long connections, long connectNanos, long connectCpuNanos, long deliveries, long messages, long nanos,
            long serverCpuNanos, long redisCpuNanos, long loadCpuNanos, long bytes, Histogram latency) {
        this(connections, connectNanos, connectCpuNanos, deliveries, messages, nanos, serverCpuNanos,
                redisCpuNanos, loadCpuNanos, bytes,
                latency.getValueAtPercentile(50), latency.getValueAtPercentile(99),
                latency.getValueAtPercentile(99.9), "");
    }

    static LoadResult failed(String failure) {
        return new LoadResult(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, failure);
    }

    static LoadResult parse(String line) {
        Fields f = Fields.parse(line);
        return new LoadResult(f.big("connections"), f.big("connectNanos"), f.big("connectCpuNanos"),
                f.big("deliveries"), f.big("messages"), f.big("nanos"), f.big("serverCpuNanos"),
                f.big("redisCpuNanos"), f.big("loadCpuNanos"), f.big("bytes"),
                f.big("p50"), f.big("p99"), f.big("p999"), f.text());
    }

    @Override
    public String toString() {
        return new Fields().with("connections", connections).with("connectNanos", connectNanos)
                .with("connectCpuNanos", connectCpuNanos).with("deliveries", deliveries).with("messages", messages)
                .with("nanos", nanos).with("serverCpuNanos", serverCpuNanos)
                .with("redisCpuNanos", redisCpuNanos).with("loadCpuNanos", loadCpuNanos)
                .with("bytes", bytes).with("p50", p50).with("p99", p99).with("p999", p999).withText(failure).toString();
    }
}
