package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.Message;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.PeerGroup;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.TransportCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random interleavings, one task of the hub at a time, checked against a model that knows no log and no cursor: it
 * remembers everything that was ever broadcast or sent, and so what each peer was to get, in which order. Run one seed
 * again with {@code -Dbroadcast.model.seed=…}.
 */
class HubModelTest {

    private static final int SEEDS = 300;
    private static final int STEPS = 200;

    @Test
    void aHubBehavesAsTheModelWhateverTheInterleaving() {
        String chosen = System.getProperty("broadcast.model.seed");
        long first = chosen == null ? 1 : Long.parseLong(chosen);
        long last = chosen == null ? SEEDS : first;
        Coverage coverage = new Coverage();
        for (long seed = first; seed <= last; seed++) {
            try {
                new Run(seed, coverage).play();
            } catch (Throwable thrown) {
                throw new AssertionError("run again with -Dbroadcast.model.seed=" + seed, thrown);
            }
        }
        if (chosen == null) {
            coverage.check();
        }
    }

    /** What the runs came across: a model test that never meets an overflow proves nothing about it. */
    private static final class Coverage {
        private long delivered;
        private long disconnects;
        private long missed;
        private long pauses;
        private long refusals;
        private long sends;
        private long groups;
        private long excluded;
        private long duringWrites;
        private long stalls;
        private long failures;
        private long closes;

        void check() {
            assertThat(delivered).as("deliveries").isGreaterThan(10_000);
            assertThat(disconnects).as("disconnects").isGreaterThan(100);
            assertThat(missed).as("messages skipped").isGreaterThan(1_000);
            assertThat(pauses).as("pauses").isGreaterThan(100);
            assertThat(refusals).as("refusals").isGreaterThan(100);
            assertThat(sends).as("private messages").isGreaterThan(1_000);
            assertThat(groups).as("messages to a group").isGreaterThan(1_000);
            assertThat(excluded).as("excluded peers").isGreaterThan(1_000);
            assertThat(duringWrites).as("messages during a write").isGreaterThan(1_000);
            assertThat(stalls).as("stall timeouts").isGreaterThan(20);
            assertThat(failures).as("failures").isGreaterThan(100);
            assertThat(closes).as("closes").isGreaterThan(100);
        }
    }

    private static final class Run {
        private final Random random;
        private final Coverage coverage;
        private final boolean skip;
        private final boolean butSender;
        private final HubRig rig;
        private final HubHistory history = new HubHistory();
        private final List<HubModelSubject> subjects = new ArrayList<>();
        private final HubModelChecks checks;
        private final PeerGroup group = new PeerGroup();
        private int number;

        Run(long seed, Coverage coverage) {
            this.random = new Random(seed * 0x9E3779B97F4A7C15L);
            this.coverage = coverage;
            this.skip = random.nextBoolean();
            this.butSender = random.nextBoolean();
            int messages = 1 + random.nextInt(12);
            long bytes = random.nextInt(3) == 0 ? 100 + random.nextInt(500) : 1 << 20;
            Retention retention = Retention.of(messages, bytes);
            int shards = 1 + random.nextInt(3);
            this.rig = new HubRig(builder -> builder
                    .shards(shards)
                    .retention(retention)
                    .overflow(skip ? OverflowPolicy.skip() : OverflowPolicy.disconnect())
                    .delivery(butSender ? DeliveryPolicy.everyoneButSender() : DeliveryPolicy.everyone())
                    .stallTimeout(Duration.ofSeconds(4))
                    .listener(history).messageListener(history));
            this.checks = new HubModelChecks(rig, history, subjects, skip, butSender, retention, random);
        }

        void play() {
            for (int i = 0; i < STEPS; i++) {
                step();
                while (random.nextInt(3) > 0 && rig.executor().runAny(random)) {
                    checks.checkAll(false);
                }
                checks.checkAll(false);
            }
            settle();
            close();
            coverage.disconnects += rig.hub().stats().overflows() * (skip ? 0 : 1);
            coverage.missed += skip ? rig.hub().stats().missed() : 0;
            coverage.delivered += rig.hub().stats().deliveries();
            coverage.closes += checks.closes;
            coverage.stalls += rig.hub().stats().stalls();
            coverage.failures += rig.hub().stats().failures();
        }

        private void step() {
            switch (random.nextInt(23)) {
                case 0, 1 -> register();
                case 2, 3, 4, 5, 6 -> broadcast();
                case 7, 8, 9, 10 -> peerSends();
                case 11, 12 -> sendToOne();
                case 20, 21 -> sendToSome();
                case 22 -> changeGroup();
                case 13, 14 -> stall();
                case 15, 16, 17 -> resume();
                case 18 -> endOne();
                default -> rig.timer().pass(Duration.ofMillis(random.nextInt(1_500)));
            }
        }

        private void register() {
            if (subjects.stream().filter(subject -> subject.peer().isRegistered()).count() < 6) {
                long joined = 2 * rig.hub().stats().messages();
                if (random.nextInt(8) == 0) {
                    broadcast(); // from before
                    joined = 2 * rig.hub().stats().messages();
                }
                FakeTransport transport = new FakeTransport();
                rig.join(random.nextBoolean() ? transport : transport.encodingSlowly());
                HubModelSubject subject = new HubModelSubject(transport, joined);
                transport.duringWrite(() -> {
                    subject.writes();
                    if (random.nextInt(6) == 0) { // as another thread may do
                        coverage.duringWrites++;
                        if (random.nextBoolean()) {
                            broadcast();
                        } else {
                            sendToSome();
                        }
                    }
                });
                subjects.add(subject);
            }
        }

        private String text() {
            return Integer.toString(number++);
        }

        private void broadcast() {
            String text = text();
            BroadcastOptions options = BroadcastOptions.everyone();
            while (random.nextInt(3) == 0) {
                HubModelSubject one = any();
                options = one == null ? options : options.without(one.peer());
            }
            history.excluded.put(text, options.excluded());
            coverage.excluded += options.excluded().size();
            if (!rig.hub().tryBroadcast(Message.text(text), options)) {
                coverage.refusals++;
            }
        }

        private void peerSends() {
            HubModelSubject from = any();
            if (from != null && !from.isPaused()) {
                long before = history.broadcasts;
                if (from.transport.send(text())) {
                    assertThat(history.broadcasts).isEqualTo(before + 1);
                } else {
                    coverage.pauses++;
                    from.pauses++;
                }
            }
        }

        private void sendToOne() {
            HubModelSubject to = any();
            if (to != null && rig.executor().pending() == 0) { // an idle hub never lets the host wait
                String text = text();
                long before = rig.hub().stats().messages();
                assertThat(to.transport.peer().send(Message.text(text))).isTrue();
                history.sent(text, before, Set.of(to.peer()));
                coverage.sends++;
            }
        }

        private void sendToSome() {
            Set<Peer> to = new HashSet<>();
            BroadcastOptions options;
            if (random.nextBoolean()) {
                subjects.stream().map(HubModelSubject::peer).filter(Peer::isRegistered).filter(group::contains)
                        .forEach(to::add);
                assertThat(group.size()).isEqualTo(to.size());
                options = BroadcastOptions.to(group);
            } else {
                int modulus = 1 + random.nextInt(3);
                rig.hub().peers().stream().filter(peer -> peer.id() % modulus == 0).forEach(to::add);
                options = random.nextBoolean() ? BroadcastOptions.to(to)
                        : BroadcastOptions.to(peer -> peer.id() % modulus == 0);
            }
            String text = text();
            long before = rig.hub().stats().messages();
            if (rig.hub().tryBroadcast(Message.text(text), options)) {
                history.sent(text, before, to);
                coverage.groups++;
            } else {
                coverage.refusals++;
            }
        }

        private void changeGroup() {
            HubModelSubject one = any();
            if (one != null && !group.remove(one.peer())) {
                assertThat(group.add(one.peer())).isTrue();
            }
        }

        private void stall() {
            HubModelSubject one = any();
            if (one != null && one.transport.isWritable()) {
                one.troubled = true;
                one.transport.stallAfter(1 + random.nextInt(2));
            }
        }

        private void resume() {
            HubModelSubject one = any();
            if (one != null && !one.transport.isWritable()) {
                one.safeAt = one.isComplete(rig.hub().stats()) ? one.peer().missed() : -1;
                one.transport.becomeWritableFor(random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(3));
            }
        }

        private void endOne() {
            HubModelSubject one = any();
            if (one == null) {
                return;
            }
            one.troubled = true;
            switch (random.nextInt(3)) {
                case 0 -> one.transport.registration().unregister(CloseReason.of(CloseReason.ABNORMAL));
                case 1 -> one.transport.throwFrom(TransportCall.WRITE);
                default -> {
                    if (one.closeAskedAt < 0) {
                        one.closeAskedAt = 2 * rig.hub().stats().messages();
                        one.transport.peer().close(CloseReason.of(CloseReason.NORMAL));
                    }
                }
            }
        }

        private @Nullable HubModelSubject any() {
            List<HubModelSubject> left = subjects.stream().filter(subject -> subject.peer().isRegistered()).toList();
            return left.isEmpty() ? null : left.get(random.nextInt(left.size()));
        }

        private void settle() {
            for (HubModelSubject subject : subjects) {
                subject.transport.duringWrite(() -> { });
                subject.safeAt = -1;
            }
            for (int i = 0; i < 3; i++) {
                for (HubModelSubject subject : subjects) {
                    subject.transport.stallAfter(Integer.MAX_VALUE);
                    if (!subject.transport.isWritable()) {
                        subject.transport.becomeWritable();
                    }
                }
                rig.run();
            }
            checks.checkAll(true);
            for (HubModelSubject subject : subjects) {
                Peer peer = subject.peer();
                if (peer.isRegistered()) {
                    assertThat(peer.lag()).as("all is delivered").isZero();
                    assertThat(subject.isPaused()).as("no peer stays paused").isFalse();
                }
            }
        }

        private void close() {
            step();
            step();
            step();
            var end = rig.hub().shutdown(Duration.ofSeconds(1)).toCompletableFuture();
            while (rig.executor().runAny(random)) {
                for (HubModelSubject subject : subjects) {
                    if (subject.transport.closed() != null && random.nextInt(4) == 0) {
                        subject.transport.registration().unregister(CloseReason.of(CloseReason.GOING_AWAY));
                    }
                }
            }
            checks.checkAll(true);
            rig.passSeconds(1);
            assertThat(end).as("the end").isCompleted();
            assertThat(rig.timer().pending()).as("timers left").isZero();
            assertThat(rig.hub().peers()).isEmpty();
            assertThat(history.lives).hasSize(subjects.size());
            assertThat(history.lives.values()).allSatisfy(life ->
                    assertThat(life.get(life.size() - 1)).startsWith("unregistered"));
            for (HubModelSubject subject : subjects) {
                checks.checkStream(subject);
                if (!subject.troubled) {
                    assertThat(subject.transport.texts()).as("written before the end").isEqualTo(
                            history.of(subject.peer(), subject.joined, Long.MAX_VALUE, butSender));
                    assertThat(subject.transport.closed()).isNotNull();
                }
            }
        }
    }
}
