package io.techops.broadcast;

import java.util.Objects;

/**
 * Decides about a message that a peer sent: relay it, ignore it, or close the peer.
 *
 * <p>Called on the thread that reads from the peer, one call at a time for a peer, at the same time for different ones.
 * It may block, which delays what this peer and those that share its reading thread send, and nothing else. It may call
 * the hub. A policy that throws closes the peer with {@link CloseReason#INTERNAL_ERROR}. What the host application
 * broadcasts is not asked about.
 */
@FunctionalInterface
public interface MessagePolicy {

    /** The largest message that a peer may send unless the policy is replaced: 64 KiB. */
    int DEFAULT_MAX_BYTES = 65_536;

    /**
     * Decides about one message.
     *
     * @param from who sent it
     * @param message what was sent
     * @return what to do with it
     */
    Decision decide(Peer from, Message message);

    /**
     * {@return a policy that asks {@code next} about what this one relays}
     *
     * @param next the policy to ask then
     */
    default MessagePolicy andThen(MessagePolicy next) {
        return (from, message) -> {
            Decision decision = decide(from, message);
            return decision instanceof Decision.Relay relay ? next.decide(from, relay.message()) : decision;
        };
    }

    /** {@return the policy that relays everything verbatim} */
    static MessagePolicy everything() {
        return (from, message) -> Decision.relay(message);
    }

    /** {@return the policy that relays text verbatim and ignores binary messages} */
    static MessagePolicy textOnly() {
        return (from, message) -> message instanceof Message.Text ? Decision.relay(message) : Decision.ignore();
    }

    /**
     * {@return the policy that relays what is at most {@code maxBytes} long, and closes the peer with
     * {@link CloseReason#MESSAGE_TOO_BIG} for what is longer}
     *
     * @param maxBytes the most payload bytes, at least 1
     * @throws IllegalArgumentException if {@code maxBytes} is below 1
     */
    static MessagePolicy maxBytes(int maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1: " + maxBytes);
        }
        return (from, message) -> message.size() <= maxBytes
                ? Decision.relay(message)
                : Decision.close(tooBig(message.size(), maxBytes));
    }

    private static CloseReason tooBig(int size, int maxBytes) {
        return CloseReason.of(CloseReason.MESSAGE_TOO_BIG, "message of " + size + " bytes is over maxBytes " + maxBytes);
    }

    /** What becomes of a message. */
    sealed interface Decision {

        /**
         * {@return the decision to broadcast a message}
         *
         * @param message the message to broadcast, the one that came or another
         */
        static Decision relay(Message message) {
            return new Relay(message);
        }

        /** {@return the decision to do nothing; the connection stays open} */
        static Decision ignore() {
            return Ignore.IGNORE;
        }

        /**
         * {@return the decision to drop the message and to close the peer, from which nothing more is taken}
         *
         * @param reason what the peer is told; its code must be one that may be sent
         */
        static Decision close(CloseReason reason) {
            return new Close(reason);
        }

        /**
         * Broadcast the message.
         *
         * @param message the message to broadcast
         */
        record Relay(Message message) implements Decision {

            /** Checks that there is a message. */
            public Relay {
                Objects.requireNonNull(message, "message");
            }
        }

        /** Do nothing. */
        enum Ignore implements Decision {
            /** The only one. */
            IGNORE
        }

        /**
         * Close the peer.
         *
         * @param reason what the peer is told
         */
        record Close(CloseReason reason) implements Decision {

            /**
             * Checks the reason.
             *
             * @throws IllegalArgumentException if its code must not be sent
             */
            public Close {
                if (!reason.isSendable()) {
                    throw new IllegalArgumentException("reason must have a code that may be sent: " + reason);
                }
            }
        }
    }
}
