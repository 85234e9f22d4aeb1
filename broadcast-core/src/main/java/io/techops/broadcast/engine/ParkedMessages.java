package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of peers for which there is no room: at most one for each peer, in the order of arrival. No peer's
 * message overtakes a parked one. Guarded by the lock of the log.
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

    /** Appends a peer's message, or parks it; see {@link MessageLog#receive}. */
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
        } catch (Throwable noMemory) { // may have been added nevertheless
            parked.remove(from);
            from.parked = null;
            throw noMemory;
        }
        gate.countWait();
        from.held = true;
        return RoomGate.PARKED;
    }

    /** Appends the parked messages for which there is room now. {@return these messages, in order} */
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
        } catch (Throwable noMemory) { // for the last message: another round follows those before it
            admitted.removeIf(one -> one.from().parked != null);
            if (admitted.isEmpty()) {
                throw noMemory;
            }
        }
        return admitted;
    }

    /** Drops the parked message of a peer that has gone. {@return whether there was one} */
    boolean drop(PeerCursor departed) {
        boolean dropped = parked.remove(departed);
        if (dropped) {
            departed.parked = null;
        }
        return dropped;
    }
}
