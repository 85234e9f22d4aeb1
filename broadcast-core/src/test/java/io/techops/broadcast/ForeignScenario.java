package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.AdapterHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The life of a hub, perhaps of a topic's, in which all foreign code is called, and what is right in it. */
final class ForeignScenario extends ForeignParts {

    private final boolean ofTopic;
    private @Nullable Topics topics;

    ForeignScenario(Thrown thrown, boolean ofTopic, int throwAt) {
        super(thrown, throwAt);
        this.ofTopic = ofTopic;
    }

    /** Plays all of it. {@return how many calls of foreign code there were} */
    int play() {
        enter();
        BroadcastHub hub = hub();
        live(hub);
        if (topics != null) {
            liveBriefly(topics);
        }
        isOver = true;
        undisturbed();
        aliveAfterwards(hub);
        isOver = false;
        end(hub);
        return calls;
    }

    private BroadcastHub hub() {
        if (!ofTopic) {
            return settings(BroadcastHub.builder().timer(new ForeignClock()).executor(executor)).build();
        }
        topics = Topics.builder().timer(new ForeignClock()).executor(executor).idleTimeout(Duration.ofDays(1))
                .recipe((topic, hub) -> {
                    foreign("recipe", null);
                    settings(hub);
                }).build();
        return topics.hub("news");
    }

    private BroadcastHub.Builder settings(BroadcastHub.Builder hub) {
        ForeignListener listener = new ForeignListener();
        return hub.shards(2).listener(listener).messageListener(listener).retention(Retention.of(16, 1 << 20))
                .policy((context, message) -> {
                    foreign("policy", null);
                    return message.size() == 1 ? MessagePolicy.Verdict.ignore()
                            : MessagePolicy.Verdict.relay(message);
                });
    }

    /** {@return a peer, or null if its own attributes threw} */
    private @Nullable ScriptedPeer join(BroadcastHub hub) {
        return join(hub, new ScriptedPeer());
    }

    private @Nullable ScriptedPeer join(BroadcastHub hub, ScriptedPeer peer) {
        try {
            return peer.register(hub);
        } catch (Throwable failed) {
            if ("recipe".equals(thrower)) {
                return peer.register(hub); // the first of a topic is told that it could not begin
            }
            assertThat(concerned).as("only its own failure is told to who registers: %s", thrower).isSameAs(peer);
            return null;
        }
    }

    private void run(int seconds) {
        tasks.runAll();
        for (int i = 0; i < seconds; i++) {
            time.pass(Duration.ofSeconds(1));
            tasks.runAll();
        }
    }

    /** Everything that a hub does, in about a minute. */
    private void live(BroadcastHub hub) {
        ScriptedPeer talker = join(hub);
        ScriptedPeer slow = join(hub);
        ScriptedPeer leaver = join(hub, new ScriptedPeer().knowing());
        ScriptedPeer sentAway = join(hub);
        ScriptedPeer silent = join(hub);
        run(0);
        hub.broadcast("one");
        hub.tryBroadcast(Message.text("two"));
        run(0);
        say(talker, "hello");
        say(talker, "x");
        send(leaver, "for you");
        run(1);
        take(slow, false);
        hub.broadcast("three");
        run(0);
        for (int i = 0; i < 40 && talker != null && talker.isRegistered() && say(talker, "flood " + i); i++) {
            run(0);
        }
        run(2);
        publishMoreThanTheLogKeeps(hub);
        if (leaver != null) {
            leaver.end(CloseReason.of(CloseReason.NORMAL));
        }
        if (sentAway != null) {
            sentAway.registration.peer().close(CloseReason.of(4000, "enough"));
        }
        if (silent != null) {
            silent.answers = false;
        }
        run(40);
        hub.stats();
        AdapterHub.of(hub).mayBlockReading();
    }

    /** A topic begins, has a peer, and ends. */
    private void liveBriefly(Topics all) {
        ScriptedPeer peer = join(all.hub("brief"));
        run(0);
        all.hub("brief").broadcast("brief");
        run(1);
        if (peer != null) {
            peer.isBrief = true;
            peer.end(CloseReason.of(CloseReason.NORMAL));
        }
        all.hub("brief").shutdown(Duration.ofSeconds(1));
        run(2);
    }

    /** The host publishes on a thread of its own, which waits for room while this one does nothing. */
    private void publishMoreThanTheLogKeeps(BroadcastHub hub) {
        Thread publisher = new Thread(() -> {
            for (int i = 0; i < 40; i++) {
                hub.broadcast("host " + i);
            }
        }, "publisher");
        List<Throwable> died = new ArrayList<>();
        publisher.setUncaughtExceptionHandler((thread, failure) -> died.add(failure));
        publisher.start();
        awaitWaiting(publisher);
        assertThat(publisher.isAlive()).as("it has to wait").isTrue();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(5); // longer helps none that needs time to pass
        boolean nothingThrows = throwAt < 0; // then none needs it, and the calls of those seconds are not to be counted
        while (publisher.isAlive() && (nothingThrows || System.nanoTime() - until < 0)) {
            run(0);
            awaitWaiting(publisher);
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(20)); // others need the processor
        }
        await("the publisher that waits goes on", () -> !publisher.isAlive());
        assertThat(died).as("what the publisher was told, %s", throwing()).isEmpty();
    }

    /** Waits until a thread waits, or has ended. */
    private static void awaitWaiting(Thread thread) {
        while (thread.getState() == Thread.State.NEW || thread.getState() == Thread.State.RUNNABLE) {
            Thread.yield(); // it may wait for this processor
        }
    }

    private static boolean say(@Nullable ScriptedPeer peer, String text) {
        return peer != null && peer.registration.received(Message.text(text));
    }

    private static void send(@Nullable ScriptedPeer peer, String text) {
        if (peer != null) {
            peer.registration.peer().send(Message.text(text));
        }
    }

    private static void take(@Nullable ScriptedPeer peer, boolean takes) {
        if (peer != null) {
            peer.takes = takes;
        }
    }

    private void await(String what, BooleanSupplier condition) {
        for (int second = 0; second < 120 && !condition.getAsBoolean(); second++) {
            run(1);
        }
        // What the timer has refused comes to it again a little later, by the clock on the wall.
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!condition.getAsBoolean() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            run(1);
        }
        assertThat(condition.getAsBoolean()).as("%s, after %s", what, throwing()).isTrue();
    }

    private void aliveAfterwards(BroadcastHub hub) {
        List<ScriptedPeer> left = peers.stream().filter(ScriptedPeer::isRegistered).toList();
        ScriptedPeer newcomer = new ScriptedPeer().register(hub);
        ScriptedPeer other = new ScriptedPeer().register(hub);
        for (int i = 0; i < 40; i++) { // more than the log keeps: both shards must live
            assertThat(hub.tryBroadcast(Message.text("late " + i)) || retry(hub, "late " + i)).isTrue();
            run(0);
        }
        for (ScriptedPeer each : List.of(newcomer, other)) {
            await("a newcomer gets everything", () -> each.texts.contains("late 39"));
            assertThat(each.texts).hasSize(40);
        }
        left.forEach(each -> await("who is left gets everything", () -> each.texts.contains("late 39")
                || !each.isRegistered() && !(each.takes && each.answers)));
        await("newcomers are told of", () -> told.containsKey(other.registration.peer()));
        assertThat(say(newcomer, "I live")).isTrue();
        await("what a peer says is heard", () -> other.texts.contains("I live"));
        newcomer.answers = false;
        await("who does not answer a ping goes", () -> newcomer.ended);
        other.takes = false;
        hub.broadcast("stall");
        await("who stalls goes", () -> !other.isRegistered());
        if (topics != null) {
            await("a topic that was to end has ended", () -> topics.names().equals(Set.of("news")));
        }
    }

    private void end(BroadcastHub hub) {
        boolean[] ended = {false};
        (topics != null ? topics.shutdown(Duration.ofSeconds(5)) : hub.shutdown(Duration.ofSeconds(5)))
                .thenRun(() -> ended[0] = true);
        run(6);
        isOver = true;
        await("the hub ends", () -> ended[0]);
        told.forEach((peer, events) -> assertThat(events).as(throwing())
                .containsExactly("registered", "unregistered"));
        assertThat(told).hasSize(peers.size());
    }

    private boolean retry(BroadcastHub hub, String text) {
        boolean[] done = {false};
        await("there is room", () -> done[0] |= hub.tryBroadcast(Message.text(text)));
        return done[0];
    }

    private void undisturbed() {
        for (ScriptedPeer peer : peers) {
            if (peer != concerned && !peer.isBrief) {
                assertThat(peer.texts).as("what %d, %s, has not to do with", throwAt, thrower).startsWith("one", "two");
            }
        }
    }
}
