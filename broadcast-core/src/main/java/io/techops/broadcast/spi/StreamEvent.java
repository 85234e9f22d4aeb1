package io.techops.broadcast.spi;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.Position;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * An event in the stream of a peer that is told positions, in addition to its messages. Immutable.
 */
public sealed interface StreamEvent {

    /** {@return the position after which the stream goes on} */
    Position position();

    /** The stream begins. This is the first event, before any message. */
    final class Open implements StreamEvent {
        private final Position position;
        private final boolean recovered;

        /**
         * @param position the position after which the stream goes on
         * @param recovered whether the peer named a position to go on after, and nothing is missing after it
         */
        public Open(Position position, boolean recovered) {
            this.position = Objects.requireNonNull(position, "position");
            this.recovered = recovered;
        }

        @Override
        public Position position() {
            return position;
        }

        /** {@return whether the peer named a position to go on after, and nothing is missing after it} */
        public boolean isRecovered() {
            return recovered;
        }

        @Override
        public String toString() {
            return "open after " + position + (recovered ? ", recovered" : "");
        }
    }

    /** Messages are missing. */
    final class Gap implements StreamEvent {
        private final Position position;
        private final GapReason reason;
        private final OptionalLong missed;

        /**
         * @param position the position after which the stream goes on
         * @param reason the reason
         * @param missed how many messages are missing, if that is known exactly
         */
        public Gap(Position position, GapReason reason, OptionalLong missed) {
            this.position = Objects.requireNonNull(position, "position");
            this.reason = Objects.requireNonNull(reason, "reason");
            this.missed = Objects.requireNonNull(missed, "missed");
        }

        @Override
        public Position position() {
            return position;
        }

        /** {@return the reason} */
        public GapReason reason() {
            return reason;
        }

        /** {@return how many messages are missing; empty if that is not known exactly} */
        public OptionalLong missed() {
            return missed;
        }

        @Override
        public String toString() {
            return "gap before " + position + ", " + reason.text()
                    + (missed.isPresent() ? ", missed " + missed.getAsLong() : "");
        }
    }
}
