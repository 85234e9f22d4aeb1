package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.spi.Transport;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/*
 * A scenario in which all foreign code is called that a hub knows: clock, timer, executor, transports that know
 * positions and others, policy, listeners, encodings, logger, and, if it is that of a topic, the recipe; topics begin
 * and end in it, and so does all in the end. It runs once to count the calls, and then once for each call, which
 * throws. Whatever throws, the hub is alive afterwards, for everyone but the peer whose own code threw, and no
 * publisher waits for ever.
 */

/** Whatever foreign code throws, in whatever call, leaves nothing of the hub dead. */
class ForeignCodeTest {

    /** What is thrown. */
    enum Thrown {
        EXCEPTION {
            @Override
            void fail() {
                throw new IllegalStateException("on purpose");
            }
        },
        ERROR {
            @Override
            void fail() {
                throw new NoClassDefFoundError("on purpose");
            }
        },
        OVERFLOW_OF_THE_STACK {
            @Override
            void fail() {
                throw new StackOverflowError("on purpose");
            }
        },
        NO_MEMORY {
            @Override
            void fail() {
                throw new OutOfMemoryError("on purpose");
            }
        },
        CANNOT_BE_PRINTED {
            @Override
            void fail() {
                throw new Unprintable();
            }
        };

        abstract void fail();
    }

    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("lazy message");
        }

        @Override
        public String toString() {
            throw new NoClassDefFoundError("com/acme/Texts");
        }

        @Override
        public synchronized @Nullable Throwable getCause() {
            throw new IllegalStateException("lazy cause");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("lazy trace");
        }

        @Override
        public int hashCode() {
            throw new IllegalStateException("lazy hash");
        }
    }

    private final Logger logger = Logger.getLogger("io.techops.broadcast");
    private final Level level = logger.getLevel();
    private final boolean parents = logger.getUseParentHandlers();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            foreign("logger", null);
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    /** Which call is to throw, how many there were, and whose the one that threw was. */
    private int throwAt;
    private int calls;
    /** Whether no call throws, and none is counted: what is tried now is whether all is alive. */
    private boolean isOver;
    private @Nullable String thrower;
    private @Nullable ScriptedPeer concerned;
    private Thrown thrown = Thrown.EXCEPTION;
    private boolean ofTopic;
    private @Nullable Topics topics;

    private VirtualTimer time = new VirtualTimer();
    private ManualExecutor tasks = new ManualExecutor();
    private final Map<Peer, List<String>> told = new LinkedHashMap<>();
    private final List<ScriptedPeer> peers = new ArrayList<>();

    @BeforeEach
    void trapTheLog() {
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
        logger.setLevel(Level.ALL);
        handler.setLevel(Level.ALL);
    }

    @AfterEach
    void releaseTheLog() {
        logger.removeHandler(handler);
        logger.setLevel(level);
        logger.setUseParentHandlers(parents);
    }

    /** Every piece of foreign code begins with it. */
    private synchronized void foreign(String what, @Nullable ScriptedPeer whose) {
        if (!isOver && ++calls == throwAt) {
            thrower = what;
            concerned = whose;
            thrown.fail();
        }
    }

    private final class ForeignClock implements HubTimer {
        @Override
        public long nanoTime() {
            foreign("clock", null);
            return time.nanoTime();
        }

        @Override
        public Cancellation schedule(Runnable task, Duration delay) {
            foreign("timer", null);
            Cancellation scheduled = time.schedule(task, delay);
            return () -> {
                foreign("cancellation", null);
                scheduled.cancel();
            };
        }
    }

    private final class ForeignListener implements HubListener, MessageListener {
        private void told(Peer peer, String what) {
            told.computeIfAbsent(peer, key -> new ArrayList<>()).add(what);
            foreign("listener." + what, null);
        }

        @Override
        public void registered(Peer peer) {
            told(peer, "registered");
        }

        @Override
        public void unregistered(Peer peer, CloseReason reason) {
            told(peer, "unregistered");
        }

        @Override
        public void overflowed(Peer peer, long missed) {
            foreign("listener.overflowed", null);
        }

        @Override
        public void failed(Peer peer, Throwable cause) {
            foreign("listener.failed", null);
        }

        @Override
        public void broadcast(@Nullable Peer from, Message message, Position position) {
            foreign("listener.broadcast", null);
        }

        @Override
        public void ignored(Peer peer, Message message) {
            foreign("listener.ignored", null);
        }

        @Override
        public boolean mayBlock() {
            foreign("listener.mayBlock", null);
            return false;
        }
    }

    /** An encoding that is foreign when it is made and when it is released. */
    private final class Texts implements Batch.Encoding {
        private final List<String> texts = new ArrayList<>();

        Texts(Batch batch) {
            foreign("encoder", null);
            for (int i = 0; i < batch.size(); i++) {
                texts.add(((Message.Text) batch.message(i)).text());
            }
        }

        @Override
        public void release() {
            foreign("release", null);
        }
    }

    private final Function<Batch, Texts> encoder = Texts::new;

    private final class ScriptedPeer implements Transport {
        private final List<String> texts = new ArrayList<>();
        private Registration registration;
        private boolean takes = true;
        private boolean answers = true;
        private boolean ended;
        private boolean resumed;
        private boolean isBrief;

        private boolean knows;

        ScriptedPeer knowing() {
            knows = true;
            return this;
        }

        ScriptedPeer register(BroadcastHub hub) {
            registration = AdapterHub.of(hub).register(this, attributes());
            peers.add(this);
            return this;
        }

        @Override
        public boolean write(Batch batch) {
            foreignOfMine("write");
            try {
                texts.addAll(batch.encoding(encoder).texts);
            } catch (Throwable failed) {
                concerned = this;
                throw failed;
            }
            return takes;
        }

        private void foreignOfMine(String what) {
            foreign("transport." + what, this);
        }

        @Override
        public boolean knowsPositions() {
            foreignOfMine("knowsPositions");
            return knows;
        }

        @Override
        public boolean tell(StreamEvent event) {
            foreignOfMine("tell");
            return takes;
        }

        @Override
        public void ping() {
            foreignOfMine("ping");
            if (answers) {
                registration.pong();
            }
        }

        @Override
        public void close(CloseReason reason) {
            foreignOfMine("close");
            if (answers) {
                end(reason);
            }
        }

        @Override
        public void abort() {
            foreignOfMine("abort");
            end(CloseReason.of(CloseReason.ABNORMAL));
        }

        private void end(CloseReason reason) {
            ended = true;
            registration.unregister(reason);
        }

        @Override
        public void resume() {
            foreignOfMine("resume");
            resumed = true;
        }

        private Attributes attributes() {
            return new Attributes().set(AttributeKey.of("lazy", Object.class), new Object() {
                @Override
                public String toString() {
                    foreign("attribute.toString", null);
                    return "attribute";
                }
            });
        }

        boolean isRegistered() {
            return registration.peer().isRegistered();
        }
    }

    private final Executor executor = task -> {
        foreign("executor", null);
        tasks.execute(task);
    };

    private BroadcastHub hub() {
        if (!ofTopic) {
            return settings(BroadcastHub.builder().timer(new ForeignClock()).executor(executor)).build();
        }
        topics = Topics.builder().timer(new ForeignClock()).executor(executor).linger(Duration.ofDays(1))
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
                    return message.size() == 1 ? MessagePolicy.Decision.ignore()
                            : MessagePolicy.Decision.relay(message);
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
        while (publisher.isAlive() && System.nanoTime() - until < 0) {
            run(0);
            awaitWaiting(publisher);
        }
        await("the publisher that waits goes on", () -> !publisher.isAlive());
        assertThat(died).as("what the publisher was told, call %d, %s, threw %s", throwAt, thrower, thrown).isEmpty();
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
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean() && System.nanoTime() - until < 0) {
            Thread.yield();
            run(1);
        }
        assertThat(condition.getAsBoolean()).as("%s, after call %d, %s, threw %s", what, throwAt, thrower, thrown)
                .isTrue();
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
        told.forEach((peer, events) -> assertThat(events).as("call %d, %s, threw %s", throwAt, thrower, thrown)
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

    private int runOnce(int at) {
        time = new VirtualTimer();
        tasks = new ManualExecutor();
        told.clear();
        peers.clear();
        concerned = null;
        thrower = null;
        calls = 0;
        isOver = false;
        throwAt = at;
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

    @ParameterizedTest
    @EnumSource
    void whateverCallThrowsTheHubOfATopicLivesOn(Thrown what) {
        ofTopic = true;
        whateverCallThrowsTheHubLivesOn(what);
    }

    @ParameterizedTest
    @EnumSource
    void whateverCallThrowsTheHubLivesOn(Thrown what) {
        thrown = what;
        int count = runOnce(-1);
        assertThat(count).isGreaterThan(200);
        for (int at = 1; at <= count; at++) {
            runOnce(at);
        }
    }
}
