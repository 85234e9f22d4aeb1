package io.techops.broadcast;

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
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All foreign code of a hub, one call of which throws. */
abstract class ForeignParts {

    /** That of the hub whose code logs. */
    private static volatile @Nullable ForeignParts current;

    private final Thrown thrown;
    /** Which call is to throw, how many there were, and whose the one that threw was. */
    final int throwAt;
    int calls;
    /** Whether no call throws, and none is counted: what is tried now is whether all is alive. */
    boolean isOver;
    @Nullable String thrower;
    @Nullable ScriptedPeer concerned;

    final VirtualTimer time = new VirtualTimer();
    final ManualExecutor tasks = new ManualExecutor();
    final Map<Peer, List<String>> told = new LinkedHashMap<>();
    final List<ScriptedPeer> peers = new ArrayList<>();

    ForeignParts(Thrown thrown, int throwAt) {
        this.thrown = thrown;
        this.throwAt = throwAt;
    }

    /** Has the logger be that of this hub, from now on. */
    void enter() {
        current = this;
    }

    /** Something was logged. */
    static void logged() {
        ForeignParts here = current;
        if (here != null) {
            here.foreign("logger", null);
        }
    }

    /** {@return what is known of the throw, for the message of an assertion} */
    String throwing() {
        return "call %d, %s, threw %s".formatted(throwAt, thrower, thrown);
    }

    /** Every piece of foreign code begins with it. */
    synchronized void foreign(String what, @Nullable ScriptedPeer whose) {
        if (!isOver && ++calls == throwAt) {
            thrower = what;
            concerned = whose;
            thrown.fail();
        }
    }

    final class ForeignClock implements HubTimer {
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

    final class ForeignListener implements HubListener, MessageListener {
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

    final class ScriptedPeer implements Transport {
        final List<String> texts = new ArrayList<>();
        Registration registration;
        boolean takes = true;
        boolean answers = true;
        boolean ended;
        boolean isBrief;

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

        void end(CloseReason reason) {
            ended = true;
            registration.unregister(reason);
        }

        @Override
        public void resume() {
            foreignOfMine("resume");
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

    final Executor executor = task -> {
        foreign("executor", null);
        tasks.execute(task);
    };
}
