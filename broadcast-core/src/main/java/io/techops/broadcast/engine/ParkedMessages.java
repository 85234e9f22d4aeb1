package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What peers sent and there is no room for: one message a peer, in the order of arrival; none passes one that is
 * parked. Guarded by the lock of the log.
 */
final class ParkedMessages {

    /** A parked message that has found room. */
    record Admitted(PeerCursor from, Message message, long slot) {
    }

    private final LogWriter writer;
    private final RoomGate gate;
    private final Set<PeerCursor> parked = new LinkedHashSet<>();

    ParkedMessages(LogWriter writer, RoomGate gate) {
        this.writer = writer;
        this.gate = gate;
    }

    boolean isEmpty() {
        return parked.isEmpty();
    }

    /** Appends what a peer sent, or parks it, as {@link MessageLog#receive} says. */
    long receive(Message message, @Nullable String key, long expiresAt, PeerCursor from, long now) {
        if (gate.isSealed()) {
            return RoomGate.REFUSED;
        }
        if (parked.isEmpty() && writer.makeRoomForPeer(EntryNotes.charge(message, key), now)) {
            return writer.relay(message, key, expiresAt, from, now);
        }
        if (from.departed()) {
            return RoomGate.REFUSED;
        }
        from.parked = new Publication(message, key, expiresAt);
        try {
            parked.add(from);
        } catch (Throwable noMemory) { // it may be in the set all the same
            parked.remove(from);
            from.parked = null;
            throw noMemory;
        }
        gate.countWait();
        from.held = true;
        return RoomGate.PARKED;
    }

    /** Appends what has room now. {@return what it is, in its order} */
    List<Admitted> admit(long now) {
        if (parked.isEmpty()) {
            return List.of();
        }
        List<Admitted> admitted = new ArrayList<>();
        try {
            for (var each = parked.iterator(); each.hasNext();) {
                PeerCursor from = each.next();
                Publication waited = from.parked;
                if (!writer.makeRoomForPeer(waited.charge(), now)) {
                    break;
                }
                admitted.add(new Admitted(from, waited.message(), writer.next()));
                writer.relay(waited.message(), waited.key(), waited.expiresAt(), from, now);
                each.remove();
                from.parked = null;
            }
        } catch (Throwable noMemory) { // for the last one: after those before it comes another round
            admitted.removeIf(one -> one.from().parked != null);
            if (admitted.isEmpty()) {
                throw noMemory;
            }
        }
        return admitted;
    }

    /** Drops what is parked of a peer that has gone. {@return whether anything was} */
    boolean drop(PeerCursor departed) {
        boolean dropped = parked.remove(departed);
        if (dropped) {
            departed.parked = null;
        }
        return dropped;
    }
}
