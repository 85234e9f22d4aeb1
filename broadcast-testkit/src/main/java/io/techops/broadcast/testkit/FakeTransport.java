package io.techops.broadcast.testkit;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.Transport;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A transport in memory: one peer without a network. It records what the hub does with it, it can be told to stall, to
 * throw and to answer a close, and a test uses it to act as the peer.
 *
 * <pre>{@code
 * FakeTransport slow = rig.join().stallAfter(1);     // takes one batch, then is not writable
 * rig.broadcastEach(0, 3);
 * assertThat(slow).hasReceived("0").isStalled();
 * slow.becomeWritable();
 * rig.run();
 * assertThat(slow).hasReceived("0", "1", "2");
 * }</pre>
 *
 * <p>It also checks the hub: a write, a ping or a resume after the end, a write or a ping while the transport is not
 * writable, a close with a code that must not be sent, and a call during another call are {@linkplain #violations()
 * violations} of the contract of {@link Transport}. It records them and throws nothing, so that the hub is not
 * disturbed; {@link HubRig#run} then fails.
 *
 * <p>May be extended to do more within a call of the hub; an override of such a method calls {@code super}. Safe for
 * use by any number of threads.
 */
public class FakeTransport extends RecordingTransport {

    private final Attributes attributes;

    private Replay replay = Replay.none();
    /** Guarded by this transport's monitor. */
    private boolean answersClose;

    private volatile @Nullable Registration registration;

    /** Makes a transport whose peer has no attributes. */
    public FakeTransport() {
        this(new Attributes());
    }

    /**
     * Makes a transport.
     *
     * @param attributes the initial {@link Peer#attributes}; copied
     */
    public FakeTransport(Attributes attributes) {
        Objects.requireNonNull(attributes, "attributes");
        this.attributes = attributes.copy();
    }

    // Setting it up.

    /**
     * Makes it {@linkplain Transport#knowsPositions know positions} from its registration on, so that it is told {@link
     * #events()}.
     *
     * @return this transport
     */
    public synchronized FakeTransport knowingPositions() {
        knowsPositions = true;
        return this;
    }

    /**
     * Makes it {@linkplain Transport#encodesSlowly encode slowly} from its registration on, so that other shards serve
     * it.
     *
     * @return this transport
     */
    public synchronized FakeTransport encodingSlowly() {
        encodesSlowly = true;
        return this;
    }

    /**
     * Sets where its stream begins when it is registered; by default with live messages.
     *
     * @param beginning the replay
     * @return this transport
     */
    public synchronized FakeTransport replaying(Replay beginning) {
        replay = Objects.requireNonNull(beginning, "beginning");
        return this;
    }

    /**
     * Registers this transport, which has a {@link #registration} from then on. {@link HubRig#join(FakeTransport)}
     * registers it, too, and checks it for violations.
     *
     * @param hub the hub to register with
     * @return this transport
     * @throws IllegalStateException if this transport was registered before
     * @throws io.techops.broadcast.RefusedException if the hub takes no peers
     */
    public FakeTransport register(BroadcastHub hub) {
        Objects.requireNonNull(hub, "hub");
        if (registration != null) {
            throw new IllegalStateException("registered already, as " + peer());
        }
        Registration made = AdapterHub.of(hub).register(this, attributes, replay);
        CloseReason answered;
        synchronized (this) {
            registration = made;
            answered = answersClose ? closed() : null; // it was closed before it was registered here
        }
        if (answered != null) {
            leave(answered);
        }
        return this;
    }

    /**
     * Makes it take {@code count} more batches; after the last of them it is not writable until {@link
     * #becomeWritable}.
     *
     * @param count how many batches, at least 1, because a new transport is always writable
     * @return this transport
     * @throws IllegalArgumentException if {@code count} is below 1
     */
    public FakeTransport stallAfter(int count) {
        checkCount(count);
        synchronized (this) {
            batchesUntilStall = count;
        }
        return this;
    }

    /**
     * Makes the next such call throw an {@link IllegalStateException}, once.
     *
     * @param call the call
     * @return this transport
     */
    public synchronized FakeTransport throwFrom(TransportCall call) {
        Objects.requireNonNull(call, "call");
        throwing = call;
        return this;
    }

    /**
     * Makes the peer answer a close of the hub at once, which ends the connection. Otherwise the peer never answers,
     * and the hub aborts it after its close timeout, unless a test calls {@link #leave}.
     *
     * @return this transport
     */
    public synchronized FakeTransport answerClose() {
        answersClose = true;
        return this;
    }

    /**
     * Runs something at the beginning of every write, on the thread of the hub.
     *
     * @param action what to run
     * @return this transport
     */
    public synchronized FakeTransport duringWrite(Runnable action) {
        Objects.requireNonNull(action, "action");
        duringWrite = action;
        return this;
    }

    /**
     * Makes it ask every batch for an encoding, as an adapter does.
     *
     * @param with turns a batch into its wire form
     * @return this transport
     */
    public synchronized FakeTransport encodeWith(Function<Batch, ? extends Batch.Encoding> with) {
        Objects.requireNonNull(with, "with");
        encoder = with;
        return this;
    }

    // Acting as the peer and its connection.

    /**
     * Makes it writable again, without a limit, and reports that to the hub.
     *
     * @throws IllegalStateException if not registered yet
     */
    public void becomeWritable() {
        becomeWritableFor(UNLIMITED);
    }

    /** Reports that the peer has taken a part of a batch, although the transport is not writable yet. */
    public void progress() {
        registration().progressed();
    }

    /**
     * Makes it writable again, for {@code count} batches, and reports that to the hub.
     *
     * @param count how many batches, at least 1
     * @throws IllegalArgumentException if {@code count} is below 1
     * @throws IllegalStateException if not registered yet
     */
    public void becomeWritableFor(int count) {
        checkCount(count);
        Registration to = registration();
        synchronized (this) {
            writable = true;
            batchesUntilStall = count;
        }
        to.writable();
    }

    /**
     * Reports a text that the peer sent. The hub's policy decides about it on this thread.
     *
     * @param text the text
     * @return what {@link Registration#received} returns: {@code false} if the peer must not be read until {@link
     *     #resumes()} has grown
     * @throws IllegalStateException if not registered yet, or the last call returned {@code false} and there was no
     *     resume since
     */
    public boolean send(String text) {
        return send(Message.text(text));
    }

    /**
     * Reports a message that the peer sent, as {@link #send(String)} does.
     *
     * @param message the message
     * @return what {@link Registration#received} returns
     * @throws IllegalStateException as {@link #send(String)} does
     */
    public boolean send(Message message) {
        Objects.requireNonNull(message, "message");
        return registration().received(message);
    }

    /**
     * Reports a pong.
     *
     * @throws IllegalStateException if not registered yet
     */
    public void pong() {
        registration().pong();
    }

    /**
     * Reports that the peer has sent its last message, as {@link Registration#ending} describes: it has sent a close
     * frame, or broken a rule.
     *
     * @param reason the reason of its close frame, or the rule
     * @param byPeer whether it sent a close frame
     * @return whether nothing was left to write to the peer, so that it is unregistered already
     * @throws IllegalStateException if not registered yet
     */
    public boolean end(CloseReason reason, boolean byPeer) {
        Objects.requireNonNull(reason, "reason");
        Registration to = registration();
        synchronized (this) {
            ended = reason;
        }
        return to.ending(reason, byPeer);
    }

    /**
     * Reports that the connection has ended: the peer has disconnected, or answered a close.
     *
     * @param reason the reason of its close frame; {@link CloseReason#ABNORMAL} if there was none
     * @throws IllegalStateException if not registered yet
     */
    @Override
    public void leave(CloseReason reason) {
        Objects.requireNonNull(reason, "reason");
        registration().unregister(reason);
    }

    /**
     * {@return the registration}
     *
     * @throws IllegalStateException if not registered yet
     */
    public Registration registration() {
        Registration known = registration;
        if (known == null) {
            throw new IllegalStateException("not registered yet: call register(hub), or HubRig.join");
        }
        return known;
    }

    /**
     * {@return the peer, as the host application sees it}
     *
     * @throws IllegalStateException if not registered yet
     */
    public Peer peer() {
        return registration().peer();
    }

    // Called by the hub.

    @Override
    boolean answersAtOnce() {
        return answersClose && registration != null; // otherwise register answers
    }

    /** {@return the state of the transport, and the last ten messages that it has taken} */
    @Override
    public String toString() {
        Registration known = registration;
        return "transport of " + (known == null ? "no peer yet" : known.peer()) + ": " + super.toString();
    }

    private static void checkCount(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1: " + count);
        }
    }
}
