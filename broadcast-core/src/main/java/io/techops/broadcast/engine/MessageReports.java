package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import org.jspecify.annotations.Nullable;

/**
 * Reports every message that was appended, to the metrics and to the listener. Safe for use by any number of threads.
 */
final class MessageReports {

    private final HubMetrics metrics;
    private final ListenerDispatcher events;
    private final PositionRuns positions;

    MessageReports(HubMetrics metrics, ListenerDispatcher events, PositionRuns positions) {
        this.metrics = metrics;
        this.events = events;
        this.positions = positions;
    }

    /**
     * Reports on the thread that published.
     *
     * @param from the peer that sent it; null if the host application did
     */
    void published(Message message, long slot, @Nullable HubPeer from) {
        metrics.broadcast(message, positions.sequence(slot), from, false);
        if (events.hearsMessages()) {
            events.broadcast(from, message, positions.position(slot));
        }
    }

    /**
     * Reports a message that was parked and is now appended; the listener is told by an event.
     *
     * @param afterwards called by the event, when the listener was told
     * @return whether an event was queued
     */
    boolean admitted(ParkedMessages.Admitted one, HubPeer from, Runnable afterwards) {
        metrics.broadcast(one.message(), positions.sequence(one.slot()), from, true);
        if (!events.hearsMessages()) {
            return false;
        }
        events.add(new ListenerDispatcher.Event(listener -> {
            events.broadcast(from, one.message(), positions.position(one.slot()));
            afterwards.run();
        }));
        return true;
    }
}
