package io.techops.broadcast.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a run consists of.
 *
 * @param name the name of its files
 * @param scenarios one after the other, or some together
 * @param contenders who takes part, in every round one after the other, where the machine has them
 * @param brief whether of the limits only those take part that the figures of a scenario are divided by
 * @param rounds how many rounds a scenario has
 * @param warmUp how long a process is warmed up, with each of the loads that it is warmed up with
 * @param settle how long it is loaded before the window of each round
 * @param window how long a measured window is, at least; four times that at a fixed rate, where little happens,
 *     and with slow peers
 * @param longest how long a measurement may take until it has failed
 * @param limit after what time no measurement is begun any more
 */
record Plan(String name, List<Scenario> scenarios, List<Contender> contenders, boolean brief, int rounds,
        Duration warmUp, Duration settle, Duration window, Duration longest, Duration limit) {

    private static final Duration LONGEST = Duration.ofSeconds(25);

    static Plan quick() {
        return new Plan("quick", List.of(Scenario.FAN_1, Scenario.NUMBERED_1, Scenario.FAN_64,
                Scenario.NUMBERED_64, Scenario.CHAT, Scenario.CHAT_4, Scenario.CHAT_ONE, Scenario.CHAT_4_ONE,
                Scenario.LARGE, Scenario.INCOMING, Scenario.HANDSHAKE, Scenario.HANDSHAKE_EMPTY),
                Contender.QUICK.stream().map(Contender::named).toList(), true, 5, Duration.ofMillis(1500),
                Duration.ofMillis(100), Duration.ofMillis(600), LONGEST, Duration.ofSeconds(285));
    }

    /** Longer windows than the others': most of the first second after many have connected is not like the rest. */
    static Plan targets() {
        return new Plan("targets", Targets.scenarios(),
                Contender.ALL.stream().filter(each -> each.isOurs() || each.isLimit()).toList(), true, 5,
                Duration.ofSeconds(4), Duration.ofSeconds(1), Duration.ofSeconds(2), LONGEST, Duration.ofMinutes(29));
    }

    static Plan full() {
        return new Plan("full", Scenario.ALL.stream().filter(scenario -> !scenario.isAboutRedis()
                        && !scenario.isAboutCompression()).toList(),
                Contender.ALL, false, 5, Duration.ofMillis(3000), Duration.ofMillis(100),
                Duration.ofMillis(600), LONGEST, Duration.ofMinutes(44));
    }

    /** What others compress for each of 1,000 peers takes them long with 64 messages in flight. */
    static Plan deflate() {
        return new Plan("deflate", Scenario.ALL.stream().filter(Scenario::isAboutCompression).toList(),
                Contender.ALL.stream().filter(Contender::deflates).toList(),
                false, 3, Duration.ofMillis(1500), Duration.ofMillis(100), Duration.ofMillis(600),
                Duration.ofMinutes(3), Duration.ofMinutes(44));
    }

    static Plan redis() {
        return new Plan("redis", Scenario.ALL.stream().filter(Scenario::isAboutRedis).toList(),
                List.of(Contender.named(Contender.OURS), Contender.named(Contender.BEFORE),
                        Contender.named(Contender.SOCKET_IO)),
                false, 5, Duration.ofMillis(3000), Duration.ofMillis(100), Duration.ofMillis(1000),
                LONGEST, Duration.ofMinutes(6));
    }

    /** {@return the scenarios, those that are measured in the same rounds together} */
    List<List<Scenario>> together() {
        Map<String, List<Scenario>> together = scenarios.stream().collect(
                Collectors.groupingBy(Scenario::together, LinkedHashMap::new, Collectors.toList()));
        return new ArrayList<>(together.values());
    }

    boolean measures(Scenario scenario, Contender server) {
        return scenario.suits(server) && (!brief || !server.isLimit() || scenario.isLimit(server));
    }

    Duration window(Scenario scenario) {
        boolean slow = scenario.traffic().background().kind() == BackgroundPeers.Kind.SLOW;
        return scenario.traffic().rate() > 0 || slow ? window.multipliedBy(4) : window;
    }

    /**
     * {@return how long to warm a server up} What runs as it was compiled needs no more than one round; connections
     * that come and go take much code, with TLS above all, and come slowly.
     */
    Duration warmUp(Contender contender, Scenario scenario) {
        if (contender.kind() == Contender.Kind.C) {
            return settle;
        }
        return scenario.traffic().closing() != null ? warmUp.multipliedBy(3) : warmUp;
    }
}
