package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * Handles peers' messages: the policy decides about a message, on the thread that read it; then the message is
 * appended, parked or ignored, or the peer is closed. Safe for use by any number of threads.
 */
final class PeerMessages {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);
    private static final CloseReason UNPROCESSED =
            CloseReason.of(CloseReason.INTERNAL_ERROR, "the message could not be processed");

    private final MessagePolicy policy;
    private final boolean policyMayBlock;
    private final LogRateLimiter policyFailures;
    private final boolean excludesSender;
    private final MessageLog log;
    private final @Nullable BackplaneLink backplane;
    private final HubShards shards;
    private final ListenerDispatcher events;
    private final HubMetrics metrics;
    private final MessageReports reports;
    private final HubTimer timer;

    PeerMessages(HubSettings settings, MessageLog log, @Nullable BackplaneLink backplane, HubShards shards,
            ListenerDispatcher events, HubMetrics metrics, MessageReports reports, HubTimer timer) {
        this.policy = settings.policy;
        this.policyFailures = new LogRateLimiter(timer::nanoTime);
        this.policyMayBlock = mayBlock(policy);
        this.excludesSender = settings.delivery.excludesSender();
        this.log = log;
        this.backplane = backplane;
        this.shards = shards;
        this.events = events;
        this.metrics = metrics;
        this.reports = reports;
        this.timer = timer;
    }

    private boolean mayBlock(MessagePolicy asked) {
        try {
            return asked.mayBlock();
        } catch (Throwable thrown) {
            LOG.warn(policyFailures, "The message policy threw", thrown);
            return true;
        }
    }

    /** {@return whether {@link #receive} may block} */
    boolean mayBlock() {
        return policyMayBlock || events.mayBlock();
    }

    /** Asks the policy about a peer's message and does what it answers, except for waking the shards. */
    HubPeer.ReceiveResult receive(Message message, HubPeer from) {
        MessagePolicy.Verdict verdict;
        if (policyMayBlock) {
            from.offer(); // messages in the log do not wait for the policy
        }
        try {
            verdict = policy.decide(from, message);
            if (verdict == null) {
                throw new NullPointerException("the policy's verdict");
            }
        } catch (Throwable thrown) {
            policyFailed(from, thrown);
            return HubPeer.ReceiveResult.PEER_CLOSED;
        }
        if (verdict instanceof MessagePolicy.Verdict.Relay relay) {
            return relay(relay, from);
        }
        if (verdict instanceof MessagePolicy.Verdict.Close close) {
            from.close(close.reason());
            return HubPeer.ReceiveResult.PEER_CLOSED;
        }
        metrics.ignored(message, from);
        if (events.mayBlock()) {
            from.offer();
        }
        events.ignored(from, message);
        return HubPeer.ReceiveResult.DROPPED;
    }

    private HubPeer.ReceiveResult relay(MessagePolicy.Verdict.Relay relay, HubPeer from) {
        Message message = relay.message();
        String refusal = log.refusal(message, relay.key());
        if (refusal != null) {
            from.close(CloseReason.of(CloseReason.MESSAGE_TOO_BIG, refusal));
            return HubPeer.ReceiveResult.PEER_CLOSED;
        }
        long slot = backplane == null
                ? log.receive(message, relay.key(), EntryNotes.expiry(timer, relay.timeToLive()), from.cursor())
                : backplane.receive(message, relay.key(), relay.timeToLive(),
                        excludesSender ? new PeerCursor[] {from.cursor()} : PeerCursor.NONE, from.cursor());
        if (slot == RoomGate.REFUSED) {
            return HubPeer.ReceiveResult.DROPPED;
        }
        if (slot == RoomGate.PARKED) {
            metrics.saturation().begins();
            shards.offer();
            return HubPeer.ReceiveResult.PARKED;
        }
        if (backplane != null) {
            return HubPeer.ReceiveResult.APPENDED;
        }
        from.hasAppended();
        if (events.mayBlock()) {
            from.offer();
        }
        reports.published(message, slot, from);
        return HubPeer.ReceiveResult.APPENDED;
    }

    private void policyFailed(HubPeer from, Throwable thrown) {
        try {
            LOG.warn(policyFailures, "The message policy threw, and {} is closed", from, thrown);
            events.add(from.event(listener -> listener.failed(from, thrown))); // no event may follow the last one
            events.tell();
        } catch (Throwable noMemory) {
            from.fails(thrown); // the last event reports it
        } finally {
            from.close(UNPROCESSED);
        }
    }
}
