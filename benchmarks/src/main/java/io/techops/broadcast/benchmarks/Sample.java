package io.techops.broadcast.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * What one server did in one round of one scenario: a line of the raw data.
 *
 * @param heap live heap with all peers connected if the scenario asks for it, else after the last round; else -1
 * @param resident resident memory at the same moments
 * @param heapBefore live heap before the peers connected; -1 if not asked
 * @param residentBefore resident memory before the first 10,000 peers connected; -1 if not asked
 * @param allocated what the server allocated on its heap within the window of the last round; else -1
 */
record Sample(String scenario, String server, int round, LoadResult result, long heap, long resident, long heapBefore,
        long residentBefore, long allocated) {

    static final String HEADER = "scenario,server,round,connections,connect_ns,connect_cpu_ns,deliveries,messages,"
            + "window_ns,server_cpu_ns,load_cpu_ns,p50_ns,p99_ns,p999_ns,heap_bytes,resident_bytes,heap_before_bytes,"
            + "resident_before_bytes,allocated_bytes,wire_bytes,redis_cpu_ns,failure";

    private static final int NUMBERS = 21;

    /** What has not been asked. */
    static final long UNKNOWN = -1;

    static Sample of(Scenario scenario, Contender server, int round, LoadResult result) {
        return new Sample(scenario.id(), server.id(), round, result, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    Sample withMemory(long heapNow, long residentNow, long heapThen, long residentThen) {
        return new Sample(scenario, server, round, result, heapNow, residentNow, heapThen, residentThen, allocated);
    }

    Sample withAllocated(long bytes) {
        return new Sample(scenario, server, round, result, heap, resident, heapBefore, residentBefore, bytes);
    }

    /** {@return whether this round counts: not the one in which the memory of a fresh process was measured} */
    boolean isMeasured() {
        return round > 0;
    }

    boolean failed() {
        return !result.failure().isEmpty();
    }

    /** {@return the server's processor time for one delivery, in microseconds} */
    double cpuMicros() {
        return result.serverCpuNanos() / 1e3 / result.deliveries();
    }

    /** {@return what the server allocated for one delivery, in bytes; below 0 if that was not asked} */
    double allocatedBytes() {
        return (double) allocated / result.deliveries();
    }

    /** {@return how many bytes a delivery has on the wire; below 0 if that is not known, as of older runs} */
    double wireBytes() {
        return result.bytes() > 0 ? (double) result.bytes() / result.deliveries() : UNKNOWN;
    }

    double deliveriesPerSecond() {
        return result.deliveries() * 1e9 / result.nanos();
    }

    double messagesPerSecond() {
        return result.messages() * 1e9 / result.nanos();
    }

    /** {@return the processor time that Redis took for one message, in microseconds} */
    double redisMicros() {
        return result.redisCpuNanos() / 1e3 / result.messages();
    }

    /** {@return how much of one processor the load generator took} */
    double loadShare() {
        return (double) result.loadCpuNanos() / result.nanos();
    }

    String line() {
        List<String> cells = new ArrayList<>(List.of(scenario, server));
        LoadResult r = result;
        for (long number : new long[] {round, r.connections(), r.connectNanos(), r.connectCpuNanos(), r.deliveries(),
            r.messages(), r.nanos(), r.serverCpuNanos(), r.loadCpuNanos(), r.p50(), r.p99(), r.p999(), heap, resident,
            heapBefore, residentBefore, allocated, r.bytes(), r.redisCpuNanos()}) {
            cells.add(Long.toString(number));
        }
        cells.add(r.failure().replace(',', ';').replace('\n', ' '));
        return String.join(",", cells);
    }

    static Sample parse(String line) {
        String[] c = line.split(",", NUMBERS + 1); // an older run has no bytes on the wire, or no Redis
        long[] n = new long[NUMBERS];
        for (int i = 2; i < c.length - 1; i++) {
            n[i] = Long.parseLong(c[i]);
        }
        LoadResult result = new LoadResult(n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[20], n[10], n[19], n[11],
                n[12], n[13], c[c.length - 1]);
        return new Sample(c[0], c[1], (int) n[2], result, n[14], n[15], n[16], n[17], n[18]);
    }
}
