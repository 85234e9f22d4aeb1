package io.techops.broadcast.engine;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** The events of Java Flight Recorder about a hub's peers; see {@link JfrEvents}. */
final class PeerEvents {

    private PeerEvents() {
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
            JfrEvents.lost();
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
            JfrEvents.lost();
        }
    }

    /**
     * @param byHub whether the hub ended the registration, and not the end of the connection
     * @param registeredFor in nanoseconds
     * @param account the counts of its messages, at one moment
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
            JfrEvents.lost();
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
            JfrEvents.lost();
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
            JfrEvents.lost();
        }
    }

    @Name(JfrEvents.PREFIX + "PeerRegistered")
    @Label("Peer Registered")
    @Description("A connection has become a peer")
    static final class PeerRegistered extends JfrEvents.HubEvent {
        @Label("Peer")
        long peer;
    }

    @Name(JfrEvents.PREFIX + "Replay")
    @Label("Replay")
    @Description("A peer begins in the past, or is told of positions")
    static final class Replay extends JfrEvents.HubEvent {
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

    @Name(JfrEvents.PREFIX + "PeerGone")
    @Label("Peer Gone")
    @Description("A peer is no longer registered")
    static final class PeerGone extends JfrEvents.HubEvent {
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

    @Name(JfrEvents.PREFIX + "Refused")
    @Label("Connection Refused")
    @Description("A connection did not become a peer")
    static final class Refused extends JfrEvents.HubEvent {
        @Label("Cause")
        @Nullable String cause;
    }

    @Name(JfrEvents.PREFIX + "Overflow")
    @Label("Overflow")
    @Description("A peer fell off the log's tail")
    static final class Overflow extends JfrEvents.HubEvent {
        @Label("Peer")
        long peer;

        @Label("Missed")
        @Description("How many messages it has lost by that")
        long missed;

        @Label("Skipped")
        @Description("Whether it goes on at the oldest message kept, and is not disconnected")
        boolean skipped;
    }
}
