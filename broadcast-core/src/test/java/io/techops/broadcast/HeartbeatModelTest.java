package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.Transport;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/*
 * Random settings, random events, virtual time, and a shard that runs at the very moment it is woken. Each peer knows
 * when the next thing is due for it, as the documentation says; the hub must do it then, and nothing else.
 */

/** Pings, dead peers and stalled ones: nothing is early, nothing late, whatever happens in which order. */
class HeartbeatModelTest {

    private static final int RUNS = 60;
    private static final int STEPS = 250;

    private VirtualTimer timer = new VirtualTimer();
    private final List<ModelPeer> peers = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private boolean ended;
    private Random random = new Random(0);
    private Duration heartbeat = Duration.ZERO;
    private Duration pong = Duration.ZERO;
    private Duration stall = Duration.ZERO;

    /** A peer with its transport; all times are the timer's nanoseconds. */
    private final class ModelPeer implements Transport {
        private final Registration registration;
        private long heard = timer.nanoTime();
        /** Since when it has been writable and read; while it is not, nothing is due but the end of a stall. */
        private long active = timer.nanoTime();
        private boolean takes = true;
        private boolean stalled;
        private boolean held;
        private long moved;
        private boolean pinged;
        private long pingedAt;
        private boolean gone;

        ModelPeer(BroadcastHub hub) {
            registration = AdapterHub.of(hub).register(this);
        }

        @Override
        public boolean write(Batch batch) {
            must(!stalled, "no write while it is not writable");
            if (!takes) {
                stalled = true;
                moved = timer.nanoTime();
            }
            return takes;
        }

        @Override
        public void ping() {
            long now = timer.nanoTime();
            must(!stalled && !held && !pinged && !gone, "no ping that makes no sense");
            must(now - heard >= heartbeat.toNanos() - heartbeat.toNanos() / 10, "no early ping");
            pinged = true;
            pingedAt = now;
        }

        @Override
        public void close(CloseReason reason) {
            must(ended || stalled && reason.phrase().startsWith("too slow: no progress"), "no close for " + reason);
            must(ended || timer.nanoTime() - moved >= stall.toNanos(), "no early close");
            gone = true;
            registration.unregister(reason);
        }

        @Override
        public void abort() {
            must(ended || pinged && !stalled && !held, "no abort that makes no sense");
            must(ended || timer.nanoTime() - later(pingedAt, active) >= pong.toNanos(), "no early abort");
            gone = true;
            registration.unregister(CloseReason.of(CloseReason.ABNORMAL));
        }

        @Override
        public void resume() {
            held = false;
            heard();
            active = timer.nanoTime();
        }

        private void heard() {
            heard = timer.nanoTime();
            pinged = false;
        }

        /** Nothing of what was due by now is left undone. */
        void check() {
            long now = timer.nanoTime();
            if (gone) {
                must(!registration.peer().isRegistered(), "no peer that has gone");
            } else if (stalled) {
                must(now - moved < stall.toNanos(), "no stall that lasts");
            } else if (pinged) {
                must(held || now - later(pingedAt, active) < pong.toNanos(), "no dead peer");
            } else {
                must(held || now - later(heard + heartbeat.toNanos(), active) <= 0, "no silent peer without a ping");
            }
        }

        void act(BroadcastHub hub) {
            switch (random.nextInt(9)) {
                case 0, 1 -> {
                    heard();
                    registration.pong();
                }
                case 2 -> takes = false;
                case 3 -> {
                    takes = true;
                    if (stalled) {
                        stalled = false;
                        active = timer.nanoTime();
                        registration.writable();
                    }
                }
                case 4 -> {
                    if (stalled) {
                        moved = timer.nanoTime();
                        registration.progressed();
                    }
                }
                case 5 -> {
                    for (int i = random.nextInt(6); i > 0 && !held && !gone; i--) {
                        heard();
                        held = true; // resumed may come before received returns
                        boolean on = registration.received(Message.text("flood"));
                        held &= !on;
                    }
                }
                case 6 -> {
                    gone = true;
                    registration.unregister(CloseReason.of(CloseReason.NORMAL));
                }
                default -> hub.broadcast("news");
            }
        }
    }

    /** For the hub catches what a transport throws. */
    private void must(boolean holds, String rule) {
        if (!holds) {
            broken.add(rule);
        }
    }

    private static long later(long a, long b) {
        return a - b < 0 ? b : a;
    }

    private Duration some(long least, long most) {
        double scale = Math.exp(random.nextDouble() * Math.log((double) most / least));
        return Duration.ofMillis(Math.round(least * scale));
    }

    private BroadcastHub hub() {
        heartbeat = random.nextInt(8) == 0 ? Duration.ofSeconds(25) : some(50, 60_000);
        pong = random.nextInt(8) == 0 ? Duration.ofSeconds(10) : some(20, 120_000);
        stall = random.nextInt(8) == 0 ? Duration.ofSeconds(10) : some(20, 120_000);
        return BroadcastHub.builder().timer(timer).executor(Runnable::run).shards(1 + random.nextInt(3))
                .retention(Retention.of(1 + random.nextInt(8), 1 << 20)).overflow(OverflowPolicy.skip())
                .heartbeat(heartbeat).pongTimeout(pong).stallTimeout(stall)
                .floodGrace(random.nextInt(4) == 0 ? Duration.ZERO : some(20, 30_000)).build();
    }

    private @Nullable ModelPeer any() {
        return peers.isEmpty() ? null : peers.get(random.nextInt(peers.size()));
    }

    private void run(long seed) {
        random = new Random(seed);
        peers.clear();
        broken.clear();
        timer = new VirtualTimer();
        ended = false;
        BroadcastHub hub = hub();
        long longest = heartbeat.toNanos();
        for (int step = 0; step < STEPS; step++) {
            timer.pass(Duration.ofNanos((long) (longest * random.nextDouble() * (random.nextInt(10) == 0 ? 1.2
                    : 0.1))));
            peers.forEach(ModelPeer::check);
            ModelPeer peer = any();
            if (peer == null || peers.size() < 6 && random.nextInt(10) == 0) {
                peers.add(new ModelPeer(hub));
            } else if (!peer.gone) {
                peer.act(hub);
            }
            assertThat(broken).as("broken rules in step %d", step).isEmpty();
            peers.removeIf(each -> each.gone);
        }
        ended = true;
        hub.shutdown(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void everythingHappensWhenItIsDue(long first) {
        for (long seed = first * 1_000; seed < first * 1_000 + RUNS; seed++) {
            try {
                run(seed);
            } catch (Throwable thrown) {
                throw new AssertionError("seed " + seed + ": heartbeat " + heartbeat + ", pong " + pong + ", stall "
                        + stall, thrown);
            }
        }
    }
}
