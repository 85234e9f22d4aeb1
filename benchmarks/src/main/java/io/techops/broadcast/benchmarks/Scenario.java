package io.techops.broadcast.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * What the peers do.
 *
 * @param id its name in files and on the command line
 * @param title its name in the report
 * @param peers how many there are
 * @param bytes the payload of a message
 * @param publishers how many of them publish
 * @param inFlight how many messages a publisher has under way at a time
 * @param rate how many messages a second, whatever comes back; 0 for as many as come back
 * @param tls whether the servers speak TLS
 * @param memory whether the memory of idle peers is measured too, and what a handshake costs
 */
record Scenario(String id, String title, int peers, int bytes, int publishers, int inFlight, int rate, boolean tls,
        boolean memory) {

    static final Scenario FAN_1 = of("fan-1", "1,000 peers x 64 B, 1 message in flight", 1000, 64, 1);
    static final Scenario FAN_64 = of("fan-64", "1,000 peers x 64 B, 64 messages in flight", 1000, 64, 64);
    static final Scenario WIDE = of("wide", "5,000 peers x 64 B, 16 messages in flight", 5000, 64, 16);
    static final Scenario CHAT = new Scenario("chat",
            "Chat: 100 peers x 64 B that all publish, 1 message each in flight", 100,
            64, 100, 1, 0, false, false);
    static final Scenario LARGE = of("large", "200 peers x 16 KiB, 16 messages in flight", 200, 16_384, 16);
    static final Scenario RATE = new Scenario("rate", "1,000 peers x 64 B, 20 messages a second", 1000, 64, 1, 1, 20,
            false, false);
    static final Scenario GROW_100 = of("grow-100", "100 peers x 64 B, 1 message in flight", 100, 64, 1);
    static final Scenario GROW_10000 = new Scenario("grow-10000",
            "10,000 peers x 64 B, 1 message in flight", 10_000, 64,
            1, 1, 0, false, true);
    static final Scenario TLS_1 = new Scenario("tls-1", "TLS: 200 peers x 64 B, 1 message in flight", 200, 64, 1, 1, 0,
            true, false);
    static final Scenario TLS_64 = new Scenario("tls-64",
            "TLS: 200 peers x 64 B, 64 messages in flight", 200, 64, 1, 64,
            0, true, false);

    /** In the order of a full run. */
    static final List<Scenario> ALL =
            List.of(FAN_1, FAN_64, CHAT, LARGE, RATE, WIDE, GROW_100, GROW_10000, TLS_1, TLS_64);

    private static Scenario of(String id, String title, int peers, int bytes, int inFlight) {
        return new Scenario(id, title, peers, bytes, 1, inFlight, 0, false, false);
    }

    static Scenario named(String id) {
        return ALL.stream().filter(scenario -> scenario.id.equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such scenario: " + id));
    }

    /** {@return the same with few peers and as many messages as a server takes} */
    Scenario busy() {
        return new Scenario(id, title, Math.min(peers, 100), bytes, 1, 64, 0, tls, false);
    }

    /** {@return whether several messages can be under way, so that the limit is the loop that coalesces} */
    boolean coalesces() {
        return publishers * inFlight > 1;
    }

    /** {@return the server that this scenario's figures are divided by} */
    String limit(String language) {
        return coalesces() ? language + "-coalescing" : language;
    }

    LoadSpec spec(long pid, int port, Duration warmUp, Duration window, Duration limit) {
        return new LoadSpec(pid, port, tls, peers, bytes, publishers, inFlight, rate, warmUp, window, memory, limit);
    }
}
