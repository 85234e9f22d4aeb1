package io.techops.broadcast.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * What a run consists of.
 *
 * @param name the name of its files
 * @param scenarios one after the other
 * @param contenders who takes part, in every round one after the other, where the machine has them
 * @param rounds how many rounds a scenario has
 * @param warmUp how long a process is warmed up, with each of the loads that it is warmed up with
 * @param settle how long it is loaded before the window of each round
 * @param window how long a measured window is, at least; four times that at a fixed rate, where little happens
 * @param limit after what time no measurement is begun any more
 */
record Plan(String name, List<Scenario> scenarios, List<Contender> contenders, int rounds, Duration warmUp,
        Duration settle, Duration window, Duration limit) {

    static Plan quick() {
        return new Plan("quick", List.of(Scenario.FAN_1, Scenario.FAN_64, Scenario.CHAT, Scenario.LARGE),
                Contender.QUICK.stream().map(Contender::named).toList(), 5, Duration.ofMillis(1500),
                Duration.ofMillis(100), Duration.ofMillis(600), Duration.ofSeconds(285));
    }

    static Plan full() {
        return new Plan("full", Scenario.ALL, Contender.ALL, 5, Duration.ofMillis(3000), Duration.ofMillis(150),
                Duration.ofMillis(700), Duration.ofMinutes(38));
    }

    Duration window(Scenario scenario) {
        return scenario.rate() > 0 ? window.multipliedBy(4) : window;
    }

    /** {@return how long to publish to warm a server up: what runs as it was compiled needs no more than one round} */
    Duration warmUp(Contender contender) {
        return contender.kind() == Contender.Kind.C ? settle : warmUp;
    }
}
