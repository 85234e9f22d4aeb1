package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
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
 * The events of Java Flight Recorder about a hub's messages and its end; {@link PeerEvents} and {@link BackplaneEvents}
 * have the others. While no recording runs, an event costs next to nothing. A frequent event is off unless a recording
 * enables it ({@link Broadcast}), or has a threshold ({@link Pass}). No event holds a payload or an address.
 */
final class JfrEvents {

    /** The prefix of the names of all events. */
    static final String PREFIX = "io.techops.broadcast.";

    private JfrEvents() {
    }

    /** The fields that all events have. */
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

    /** {@return an event that has started; null if there is no memory for one} */
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

    /**
     * Logs that there is no memory for an event, or that the recording has failed: the event is missing, and the hub
     * goes on.
     */
    static void lost() {
        // Nothing can be done here, and the recorder reports its own failures.
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
}
