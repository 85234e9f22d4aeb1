package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.Retention;
import io.techops.broadcast.engine.ReplayModel.Seen;
import io.techops.broadcast.engine.ReplayModel.Subject;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random joins, keys, times to live and stalls, one task of the hub at a time, against a model without a log. */
class ReplayModelTest {

    private static final int SEEDS = 400;
    private static final int STEPS = 200;

    @Test
    void eachPeerIsGivenExactlyWhatTheModelSays() {
        String chosen = System.getProperty("broadcast.model.seed");
        long first = chosen == null ? 1 : Long.parseLong(chosen);
        long last = chosen == null ? SEEDS : first;
        Map<Seen, Long> seen = new EnumMap<>(Seen.class);
        for (long seed = first; seed <= last; seed++) {
            Run run = new Run(seed, seen);
            try {
                run.play();
            } catch (Throwable thrown) {
                throw new AssertionError("run again with -Dbroadcast.model.seed=" + seed + ", " + run.describe(),
                        thrown);
            }
        }
        if (chosen == null) {
            for (Seen each : Seen.values()) {
                assertThat(seen.getOrDefault(each, 0L)).as(each.name()).isGreaterThan(50);
            }
        }
    }

    private static final class Run {
        private final Random random;
        private final ReplayModel model;
        private final HubRig rig;
        private final List<Subject> subjects = new ArrayList<>();
        private final List<String> steps = new ArrayList<>();
        private final String settings;
        private int number;

        Run(long seed, Map<Seen, Long> seen) {
            this.random = new Random(seed * 0x9E3779B97F4A7C15L);
            boolean skips = random.nextBoolean();
            boolean conflates = random.nextBoolean();
            boolean ages = random.nextInt(4) == 0;
            boolean butSender = random.nextBoolean();
            this.model = new ReplayModel(seen, skips, conflates, ages, butSender);
            Retention bounds = Retention.of(1 + random.nextInt(12), 1 << 20).keys(random.nextInt(6));
            Retention retention = ages ? bounds.age(Duration.ofSeconds(3)) : bounds;
            int shards = 1 + random.nextInt(3);
            this.settings = retention + ", skips " + skips + ", conflates " + conflates + ", shards " + shards;
            this.rig = new HubRig(builder -> builder
                    .shards(shards)
                    .retention(retention)
                    .conflate(conflates)
                    .overflow(skips ? OverflowPolicy.skip() : OverflowPolicy.disconnect())
                    .delivery(butSender ? DeliveryPolicy.everyoneButSender() : DeliveryPolicy.everyone())
                    .policy((context, message) -> relay(message))
                    .stallTimeout(Duration.ofSeconds(30))
                    .messageListener(new MessageListener() {
                        @Override
                        public void broadcast(@Nullable Peer from, Message message, Position position) {
                            model.keep(() -> model.broadcastAt(from, message, position));
                        }
                    }));
            model.isOf(rig);
        }

        String describe() {
            return settings + ": " + steps;
        }

        void play() {
            for (int i = 0; i < STEPS; i++) {
                step();
                while (random.nextInt(3) > 0 && rig.executor().runAny(random)) {
                    model.check(subjects);
                }
                model.check(subjects);
            }
            settle();
        }

        private void step() {
            switch (random.nextInt(20)) {
                case 0, 1, 2 -> join();
                case 3, 4, 5, 6, 7, 8 -> broadcast();
                case 9, 10 -> peerSends();
                case 11 -> send();
                case 12, 13 -> stall();
                case 14, 15, 16 -> goOn();
                case 17 -> end();
                default -> {
                    steps.add("pass");
                    rig.timer().pass(Duration.ofMillis(random.nextInt(800)));
                }
            }
        }

        // What happens.

        private @Nullable Subject any() {
            List<Subject> left = subjects.stream().filter(subject -> subject.peer().isRegistered()).toList();
            return left.isEmpty() ? null : left.get(random.nextInt(left.size()));
        }

        private @Nullable Duration timeToLive() {
            return random.nextInt(4) == 0 ? Duration.ofMillis(1 + random.nextInt(1_500)) : null;
        }

        private @Nullable String key() {
            return random.nextInt(3) == 0 ? null : "k" + random.nextInt(5);
        }

        private String prepare(@Nullable String key, @Nullable Duration timeToLive, Set<Peer> except,
                @Nullable Peer sender) {
            String text = number++ + "/" + (key == null ? "" : key) + "/"
                    + (timeToLive == null ? "" : timeToLive.toMillis());
            model.sends(text, key, timeToLive, except, sender);
            return text;
        }

        private static BroadcastOptions options(BroadcastOptions to, @Nullable String key,
                @Nullable Duration timeToLive) {
            BroadcastOptions keyed = key == null ? to : to.key(key);
            return timeToLive == null ? keyed : keyed.timeToLive(timeToLive);
        }

        private static MessagePolicy.Verdict relay(Message message) {
            String[] parts = ((Message.Text) message).text().split("/", -1);
            MessagePolicy.Verdict.Relay relay = MessagePolicy.Verdict.relay(message);
            relay = parts[1].isEmpty() ? relay : relay.key(parts[1]);
            return parts[2].isEmpty() ? relay : relay.timeToLive(Duration.ofMillis(Long.parseLong(parts[2])));
        }

        private void broadcast() {
            BroadcastOptions to = BroadcastOptions.everyone();
            while (random.nextInt(3) == 0) {
                Subject one = any();
                to = one == null ? to : to.without(one.peer());
            }
            String key = key();
            Duration timeToLive = timeToLive();
            String text = prepare(key, timeToLive, to.excluded(), null);
            boolean taken = rig.hub().tryBroadcast(Message.text(text), options(to, key, timeToLive));
            steps.add((taken ? "broadcast " : "refused ") + text + (to.excluded().isEmpty() ? "" : " " + to));
        }

        private void peerSends() {
            Subject from = any();
            if (from != null && from.pauses <= from.resumes()) {
                String text = prepare(key(), timeToLive(), Set.of(), from.peer());
                boolean taken = from.send(text);
                from.pauses += taken ? 0 : 1;
                steps.add(from.peer() + " sends " + text + (taken ? "" : ", parked"));
            }
        }

        private void send() {
            Subject one = any();
            if (one != null) {
                Duration timeToLive = timeToLive();
                String text = prepare(null, timeToLive, Set.of(), null);
                BroadcastOptions to = options(BroadcastOptions.to(one.peer()), null, timeToLive);
                steps.add("send " + text + " to " + one.peer() + " "
                        + rig.hub().tryBroadcast(Message.text(text), to));
                model.note(Seen.SENT);
            }
        }

        private void stall() {
            Subject one = any();
            if (one != null && one.isWritable()) {
                steps.add("stall " + one.peer());
                one.troubled = true;
                one.stallAfter(1 + random.nextInt(2));
            }
        }

        private void goOn() {
            Subject one = any();
            if (one != null && !one.isWritable()) {
                steps.add("go on " + one.peer());
                one.becomeWritableFor(random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(3));
            }
        }

        private void end() {
            Subject one = any();
            if (one != null) {
                steps.add("end " + one.peer());
                one.troubled = true;
                one.leave(CloseReason.of(CloseReason.NORMAL));
            }
        }

        private void join() {
            if (subjects.stream().filter(subject -> subject.peer().isRegistered()).count() >= 6) {
                return;
            }
            Position origin = rig.hub().stats().position();
            Replay replay = switch (random.nextInt(8)) {
                case 0 -> Replay.none();
                case 1 -> Replay.last(1 + random.nextInt(12));
                case 2 -> Replay.latest();
                case 3 -> Replay.after(Position.of("another", random.nextInt(20))).orElse(Replay.last(3));
                case 4 -> Replay.after(origin.at(model.head() + 1 + random.nextInt(9))).orElse(Replay.latest());
                default -> Replay.after(origin.at(Math.max(0, model.head() - random.nextInt(20))));
            };
            if (random.nextInt(4) == 0) {
                replay = replay.within(random.nextInt(10));
            }
            Subject subject = new Subject(model, random.nextInt(3) > 0, replay);
            model.begin(subject);
            subjects.add(subject);
            rig.join(subject);
            steps.add(subject.peer() + " joins at " + model.head() + ": " + replay + (subject.knows ? ", knows" : ""));
        }

        private void settle() {
            steps.add("settle");
            for (int i = 0; i < 3; i++) {
                for (Subject subject : subjects) {
                    subject.stallAfter(Integer.MAX_VALUE);
                    if (!subject.isWritable()) {
                        subject.becomeWritable();
                    }
                }
                rig.run();
            }
            model.check(subjects);
            model.checkEnd(subjects);
        }
    }
}
