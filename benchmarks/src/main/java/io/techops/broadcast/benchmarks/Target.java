package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is measured, on 127.0.0.1.
 *
 * @param pids the processes of the server: one for each node
 * @param ports where they listen
 * @param redis the process of the Redis server that they share; 0 for none
 * @param tls whether the server speaks TLS
 */
record Target(List<Long> pids, List<Integer> ports, long redis, boolean tls) {

    Target {
        if (pids.isEmpty() || pids.size() != ports.size()) {
            throw new IllegalArgumentException("each node must have one pid and one port: " + pids + ", " + ports);
        }
    }

    /** {@return the processor time that all nodes have taken so far, in nanoseconds} */
    long serverCpu() throws IOException {
        long sum = 0;
        for (long pid : pids) {
            sum += ProcessFigures.cpuNanos(pid);
        }
        return sum;
    }

    /** {@return the processor time that Redis has taken so far, in nanoseconds; 0 if there is none} */
    long redisCpu() throws IOException {
        return redis == 0 ? 0 : ProcessFigures.cpuNanos(redis);
    }

    static Target parse(Fields fields) {
        return new Target(numbers(fields.get("pid")).toList(),
                numbers(fields.get("port")).map(Long::intValue).toList(),
                Long.parseLong(fields.get("redis", "0")), fields.number("tls") == 1);
    }

    private static Stream<Long> numbers(String list) {
        return Stream.of(list.split(",")).map(Long::valueOf);
    }

    Fields into(Fields fields) {
        return fields.with("pid", joined(pids)).with("port", joined(ports)).with("redis", redis)
                .with("tls", tls ? 1 : 0);
    }

    private static String joined(List<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
