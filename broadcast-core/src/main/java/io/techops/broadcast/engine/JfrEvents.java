package io.techops.broadcast.engine;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * What a hub tells Java Flight Recorder. While no recording runs an event costs nothing; what is frequent is off unless
 * a recording asks for it ({@link Broadcast}), or has a threshold ({@link Pass}). No event holds a payload or an
 * address.
 */
final class JfrEvents {

    private static final String PREFIX = "io.techops.broadcast.";

    private JfrEvents() {
    }

    /** What all events have. */
    @Category("Broadcast")
    @StackTrace(false)
    abstract static class HubEvent extends Event {
        @Label("Hub")
        @Description("The name of the hub, or of its topic")
        @Nullable String hub;
    }

    static void broadcast(String hub, Message message, long sequence, @Nullable Peer from) {
        try {
            Broadcast event = new Broadcast();
            if (event.isEnabled()) {
                event.hub = hub;
                event.sequence = sequence;
                event.size = message.size();
                event.from = from == null ? 0 : from.id();
                event.commit();
            }
        } catch (Throwable thrown) {
            lost();
        }
    }

    static void registered(String hub, Peer peer) {
        try {
            PeerRegistered event = new PeerRegistered();
            if (event.isEnabled()) {
                event.hub = hub;
                event.peer = peer.id();
                event.commit();
            }
        } catch (Throwable thrown) {
            lost();
        }
    }

    static void replay(String hub, Peer peer, Position after, ReplayStart start) {
        try {
            Replay event = new Replay();
            if (event.isEnabled()) {
                event.hub = hub;
                event.peer = peer.id();
                event.after = after.toString();
                event.recovered = start.recovered();
                event.gap = start.gap() == null ? null : start.gap().text();
                event.commit();
            }
        } catch (Throwable thrown) {
            lost();
        }
    }

    /**
     * @param byHub whether the hub ended the registration, and not the end of the connection
     * @param registeredFor in nanoseconds
     * @param account what has become of the messages for it, at one moment
     */
    static void gone(String hub, Peer peer, CloseReason reason, boolean byHub, long registeredFor,
            PeerCursor.Account account) {
        try {
            PeerGone event = new PeerGone();
            if (event.isEnabled()) {
                event.hub = hub;
                event.peer = peer.id();
                event.code = reason.code();
                event.reason = reason.phrase();
                event.byHub = byHub;
                event.registeredFor = registeredFor;
                event.delivered = account.delivered();
                event.missed = account.missed();
                event.lag = account.lag();
                event.commit();
            }
        } catch (Throwable thrown) {
            lost();
        }
    }

    /** {@return the event of an outage that begins; null if there is no memory for it} */
    static @Nullable BackplaneAway away() {
        try {
            BackplaneAway event = new BackplaneAway();
            event.begin();
            return event;
        } catch (Throwable thrown) {
            return null;
        }
    }

    static void back(BackplaneAway event, String hub) {
        try {
            event.hub = hub;
            event.commit();
        } catch (Throwable thrown) {
            lost();
        }
    }

    static void broken(String hub, Position last, Position before) {
        try {
            BackplaneGap event = new BackplaneGap();
            if (event.isEnabled()) {
                event.hub = hub;
                event.last = last.toString();
                event.before = before.toString();
                event.commit();
            }
        } catch (Throwable thrown) {
            lost();
        }
    }

    static void counted(String hub, int nodes, long peers) {
        try {
            BackplanePeers event = new BackplanePeers();
            if (event.isEnabled()) {
                event.hub = hub;
                event.nodes = nodes;
                event.peers = peers;
                event.commit();
            }
        } catch (Throwable thrown) {
            lost();
        }
    }

    static void refused(String hub, RefusalCause cause) {
        try {
            Refused event = new Refused();
            if (event.isEnabled()) {
                event.hub = hub;
                event.cause = cause.name();
                event.commit();
            }
        } catch (Throwable thrown) {
            lost();
        }
    }

    static void overflow(String hub, Peer peer, long missed, boolean skipped) {
        try {
            Overflow event = new Overflow();
            if (event.isEnabled()) {
                event.hub = hub;
                event.peer = peer.id();
                event.missed = missed;
                event.skipped = skipped;
                event.commit();
            }
        } catch (Throwable thrown) {
            lost();
        }
    }

    /** {@return an event that has begun; null if there is no memory for one} */
    static @Nullable Saturated saturated() {
        try {
            Saturated event = new Saturated();
            event.begin();
            return event;
        } catch (Throwable thrown) {
            lost();
            return null;
        }
    }

    static void notSaturated(@Nullable Saturated event, String hub) {
        try {
            if (event != null) {
                event.end();
                if (event.shouldCommit()) {
                    event.hub = hub;
                    event.commit();
                }
            }
        } catch (Throwable thrown) {
            lost();
        }
    }

    static void drained(Drain event, boolean inTime) {
        try {
            event.end();
            if (event.shouldCommit()) {
                event.inTime = inTime;
                event.commit();
            }
        } catch (Throwable thrown) {
            lost();
        }
    }

    /** There is no memory for an event, or the recording has failed: it lacks an event, and the hub goes on. */
    private static void lost() {
        // Nothing can be done about it here, and the recorder tells of its own failures.
    }

    @Name(PREFIX + "Broadcast")
    @Label("Broadcast")
    @Description("A message was appended to the log. Off by default; its stack trace, if asked for, says who broadcast")
    @Enabled(false)
    static final class Broadcast extends HubEvent {
        @Label("Sequence")
        long sequence;

        @Label("Size")
        @Description("The payload")
        @DataAmount
        long size;

        @Label("From")
        @Description("The number of the peer that sent it; 0 for the host application")
        long from;
    }

    @Name(PREFIX + "Pass")
    @Label("Pass")
    @Description("A shard offered its peers what was new. Its duration is what the transports took")
    @Threshold("10 ms")
    static final class Pass extends HubEvent {
        @Label("Shard")
        int shard;

        @Label("Peers")
        @Description("The peers of the shard at its end")
        int peers;

        @Label("Batches")
        @Description("How many of them were written a batch")
        long batches;

        @Label("Messages")
        @Description("What was in these batches, in all")
        long messages;

        @Label("Encodings")
        @Description("How many times a batch was turned into bytes for that")
        long encodings;

        @Label("Conflated")
        @Description("What was left out because a newer message of its key replaced it, once a peer")
        long conflated;

        @Label("Expired")
        @Description("What was left out because its time to live was over, once a peer")
        long expired;
    }

    @Name(PREFIX + "PeerRegistered")
    @Label("Peer Registered")
    @Description("A connection has become a peer")
    static final class PeerRegistered extends HubEvent {
        @Label("Peer")
        long peer;
    }

    @Name(PREFIX + "Replay")
    @Label("Replay")
    @Description("A peer begins in the past, or is told of positions")
    static final class Replay extends HubEvent {
        @Label("Peer")
        long peer;

        @Label("After")
        @Description("The position after which its stream goes on")
        @Nullable String after;

        @Label("Recovered")
        @Description("Whether it named a position, and nothing is missing after that")
        boolean recovered;

        @Label("Gap")
        @Description("Why messages are missing; empty if none are")
        @Nullable String gap;
    }

    @Name(PREFIX + "PeerGone")
    @Label("Peer Gone")
    @Description("A peer is no longer registered")
    static final class PeerGone extends HubEvent {
        @Label("Peer")
        long peer;

        @Label("Close Code")
        @Description("RFC 6455 section 7.4; 1006 if there was no close frame")
        int code;

        @Label("Reason")
        @Description("What the close frame says, or what was wrong")
        @Nullable String reason;

        @Label("Ended by the Hub")
        @Description("Whether the hub let go of the peer, and not its connection ended")
        boolean byHub;

        @Label("Registered for")
        @Timespan(Timespan.NANOSECONDS)
        long registeredFor;

        @Label("Delivered")
        @Description("How many messages its transport has taken")
        long delivered;

        @Label("Missed")
        @Description("How many messages it has lost by falling off the log's tail")
        long missed;

        @Label("Lag")
        @Description("How many messages it had still to take")
        long lag;
    }

    @Name(PREFIX + "Refused")
    @Label("Connection Refused")
    @Description("A connection did not become a peer")
    static final class Refused extends HubEvent {
        @Label("Cause")
        @Nullable String cause;
    }

    @Name(PREFIX + "Overflow")
    @Label("Overflow")
    @Description("A peer fell off the log's tail")
    static final class Overflow extends HubEvent {
        @Label("Peer")
        long peer;

        @Label("Missed")
        @Description("How many messages it has lost by that")
        long missed;

        @Label("Skipped")
        @Description("Whether it goes on at the oldest message kept, and is not disconnected")
        boolean skipped;
    }

    @Name(PREFIX + "Saturation")
    @Label("Saturation")
    @Description("Publishers waited for room in the log: the shards, or a peer in its grace, could not keep up")
    static final class Saturated extends HubEvent {
    }

    @Name(PREFIX + "Drain")
    @Label("Drain")
    @Description("The hub closed: from the first call to the end of its last connection")
    static final class Drain extends HubEvent {
        @Label("Peers")
        @Description("How many there were to begin with")
        int peers;

        @Label("Limit")
        @Description("How long they might take")
        @Timespan(Timespan.MILLISECONDS)
        long limit;

        @Label("In Time")
        @Description("Whether it ended before its limit")
        boolean inTime;
    }

    @Name(PREFIX + "BackplaneAway")
    @Label("Backplane Away")
    @Description("The engine that keeps the shared log did not answer; told when it is back")
    static final class BackplaneAway extends HubEvent {
    }

    @Name(PREFIX + "BackplaneGap")
    @Label("Backplane Gap")
    @Description("What came next from the shared log did not follow what came last")
    static final class BackplaneGap extends HubEvent {
        @Label("Last")
        @Description("The position of the last message before")
        @Nullable String last;

        @Label("Goes On After")
        @Description("The position after which the log goes on; of another epoch if messages may be lost")
        @Nullable String before;
    }

    @Name(PREFIX + "BackplanePeers")
    @Label("Backplane Peers")
    @Description("The peers of all nodes, whenever this node has heard that they are not as many as before")
    static final class BackplanePeers extends HubEvent {
        @Label("Nodes")
        @Description("This one among them")
        int nodes;

        @Label("Peers")
        @Description("Those of this node as they are now, those of the others as they told last")
        long peers;
    }
}
