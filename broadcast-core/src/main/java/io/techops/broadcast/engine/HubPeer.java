package io.techops.broadcast.engine;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.PolicyContext;
import io.techops.broadcast.spi.Transport;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A registered connection: the peer that the host application sees, the registration that the adapter holds, and the
 * context of the policy, all in one object, so that none has to be made for each message.
 */
final class HubPeer extends ReportedPeer implements PolicyContext {

    /** Access to a field that would otherwise be one more object in each peer. */
    private static final AtomicIntegerFieldUpdater<HubPeer> CLOSE_ASKED =
            AtomicIntegerFieldUpdater.newUpdater(HubPeer.class, "closeAsked");

    /** What became of a message that a peer sent. */
    enum ReceiveResult { APPENDED, PARKED, DROPPED, PEER_CLOSED }

    /** The hub that a peer is registered with. */
    interface Owner {

        /** Asks the policy about a peer's message and does what it answers, except for waking the shards. */
        ReceiveResult receive(Message message, HubPeer from);

        /** {@return false if the hub is closed, or saturated and the wait is over} */
        boolean send(Publication message, PeerCursor[] to, RoomWait wait);

        /** Wakes every shard that has peers: something was appended. */
        void offer();

        /** Makes the shard serve a peer that was signalled. */
        void call(PeerCursor cursor);

        /** Makes the shard forget a peer that has departed and had no message to come, in one of its next rounds. */
        void letGo(PeerCursor cursor);

        /** Makes the shard serve a peer that is writable again. */
        void returned(PeerCursor cursor);

        /**
         * Called once, when a registration has ended. Never throws.
         *
         * @param byHub whether the hub ended the registration, and not the end of the connection
         */
        void departed(HubPeer peer, CloseReason reason, boolean byHub);

        /** {@return the number of the next entry of the log} */
        long head();

        PeerCursor.Account account(PeerCursor cursor);

        /** {@return the time by the hub's clock} */
        long now();

        /** {@return the name of the hub's topic; null if it is not the hub of a topic} */
        @Nullable String topic();
    }

    private final Owner hub;
    private final PeerCursor cursor;
    /**
     * The peer's id as the key of the map of peers; boxed here, because at the peer's end there may be no memory for
     * it.
     */
    private final Long key;
    private final Attributes attributes;
    private final long registeredAt;
    /** Whether a close was asked for: 0 or 1; set by one thread only. */
    @SuppressWarnings("unused") // written through CLOSE_ASKED
    private volatile int closeAsked;

    /**
     * These are owned by the reading thread: whether a run of messages is being read, whether any of them was appended,
     * and whether the peer broke a rule, so that nothing more is taken from it.
     */
    private boolean reading;
    private boolean appended;
    private boolean inputClosed;

    /**
     * The reason in the peer's close frame. Written once by the reading thread, before it signals the shard to close
     * the peer.
     */
    private volatile @Nullable CloseReason said;

    /** How the peer leaves each group that it is in; made when it joins its first group. */
    private volatile @Nullable Set<Consumer<Peer>> groups;

    HubPeer(Owner hub, long id, int shard, Transport transport, boolean knowsPositions, Attributes attributes,
            long now) {
        this.hub = hub;
        this.attributes = attributes.copy();
        this.registeredAt = now;
        this.cursor = new PeerCursor(id, shard, this, transport, knowsPositions, now);
        this.key = id;
    }

    boolean isOf(Owner one) {
        return hub == one;
    }

    PeerCursor cursor() {
        return cursor;
    }

    Long key() {
        return key;
    }

    /** {@return when the peer was registered, in the timer's nanoseconds} */
    long registeredAt() {
        return registeredAt;
    }

    // As the host application sees it.

    @Override
    public long id() {
        return cursor.id;
    }

    @Override
    public Attributes attributes() {
        return attributes;
    }

    @Override
    public long lag() {
        return cursor.departed() ? 0 : behind();
    }

    /** {@return how many messages the peer has not taken yet, also after its registration has ended} */
    private long behind() {
        return hub.account(cursor).lag();
    }

    @Override
    public long delivered() {
        return hub.account(cursor).delivered();
    }

    @Override
    public long missed() {
        return hub.account(cursor).missed();
    }

    @Override
    public boolean isRegistered() {
        return !cursor.departed();
    }

    @Override
    public boolean send(Message message) {
        Objects.requireNonNull(message, "message");
        return !cursor.departed() && hub.send(new Publication(message, null, EntryNotes.NEVER),
                new PeerCursor[] {cursor}, RoomWait.UNLIMITED);
    }

    @Override
    public void close(CloseReason reason) {
        Objects.requireNonNull(reason, "reason");
        if (!reason.isSendable()) {
            throw new IllegalArgumentException("reason must have a code that may be sent: " + reason);
        }
        if (askClose(reason)) {
            hub.call(cursor);
        }
    }

    /** Takes the snapshot that the host gave, or closes the peer if it gave none. The peer is writable now. */
    void begin(Prelude prelude, @Nullable List<Message> snapshot) {
        if (snapshot == null) {
            prelude.snapshotFailed = true;
        } else {
            prelude.snapshot = snapshot;
        }
        prelude.awaitsSnapshot = false;
        writable();
    }

    /**
     * Makes the shard close the peer after all that was appended so far. {@return whether this is the first request}
     */
    private boolean askClose(CloseReason reason) {
        if (!CLOSE_ASKED.compareAndSet(this, 0, 1)) {
            return false;
        }
        cursor.closeAfterAddressed = cursor.addressed;
        cursor.closeAt = hub.head();
        cursor.closeReason = reason;
        cursor.signal(PeerCursor.CLOSE);
        return true;
    }

    // As a policy sees it, beside peer().

    @Override
    public long nanoTime() {
        return hub.now();
    }

    @Override
    public @Nullable String topic() {
        return hub.topic();
    }

    // As the adapter sees it.

    @Override
    public void readStarted() {
        cursor.lastInbound = hub.now();
        reading = true;
    }

    @Override
    public boolean received(Message message) {
        Objects.requireNonNull(message, "message");
        if (inputClosed || cursor.departed()) {
            return true;
        }
        if (cursor.parked != null) {
            throw new IllegalStateException("peer " + id() + " must not be read before Transport.resume() is called");
        }
        if (!reading) {
            cursor.lastInbound = hub.now();
        }
        ReceiveResult result = null;
        try {
            result = hub.receive(message, this);
        } finally {
            inputClosed = result == ReceiveResult.PEER_CLOSED;
            if (!reading || result == null) { // no memory: the messages that were appended are offered at once
                offer();
            }
        }
        return result != ReceiveResult.PARKED;
    }

    @Override
    public void readComplete() {
        reading = false;
        offer();
    }

    /** Notes that a message of this peer was appended and has not been {@linkplain #offer offered}. */
    void hasAppended() {
        appended = true;
    }

    /** Wakes the shards if something was appended since. For the reading thread. */
    void offer() {
        if (appended) {
            appended = false;
            hub.offer();
        }
    }

    @Override
    public void writable() {
        if (cursor.signal(PeerCursor.READY)) {
            hub.returned(cursor);
        }
    }

    @Override
    public void progressed() {
        cursor.progressedAt = hub.now();
    }

    @Override
    public void pong() {
        cursor.lastInbound = hub.now();
    }

    @Override
    public boolean ending(CloseReason reason, boolean byPeer) {
        Objects.requireNonNull(reason, "reason");
        inputClosed = true;
        if (cursor.departed() || cursor.unfollowed == 0 && behind() == 0) {
            depart(reason, !byPeer);
            if (cursor.signal(PeerCursor.GONE)) {
                hub.letGo(cursor);
            }
            return true;
        }
        if (byPeer) {
            said = reason;
        }
        askClose(reason);
        cursor.signal(PeerCursor.ENDING);
        hub.call(cursor);
        return false;
    }

    /** {@return whether a reason of the peer's end is the hub's, and not the one in the peer's close frame} */
    boolean isByHub(CloseReason reason) {
        return reason != said;
    }

    /** Needs no memory: the caller cannot call this again. */
    @Override
    public void unregister(CloseReason reason) {
        if (reason == null) {
            throw new NullPointerException("reason");
        }
        depart(reason, false);
        if (cursor.signal(PeerCursor.GONE)) {
            hub.call(cursor);
        }
    }

    private void depart(CloseReason reason, boolean byHub) {
        if (cursor.depart(reason)) {
            hub.departed(this, reason, byHub);
        }
    }

    // The groups it is in.

    @Override
    protected boolean joined(Consumer<Peer> removal) {
        Set<Consumer<Peer>> mine = groups;
        if (mine == null) {
            synchronized (this) {
                mine = groups;
                if (mine == null) {
                    mine = ConcurrentHashMap.newKeySet();
                    groups = mine;
                }
            }
        }
        mine.add(removal);
        return !cursor.departed(); // if the peer departs after this, it leaves the group
    }

    @Override
    protected void left(Consumer<Peer> removal) {
        Set<Consumer<Peer>> mine = groups;
        if (mine != null) {
            mine.remove(removal);
        }
    }

    /** Leaves the peer's groups. Throws if there is no memory, and is then to be called again. */
    void leaveAll() {
        Set<Consumer<Peer>> mine = groups;
        if (mine != null) {
            mine.forEach(removal -> removal.accept(this));
            groups = null;
        }
    }

    @Override
    public String toString() {
        return "peer " + cursor.id;
    }
}
