package io.techops.broadcast;

import java.time.Duration;
import java.util.Objects;

/**
 * Decides about a message that a peer sent: relay it, ignore it, or close the peer.
 *
 * <pre>{@code
 * MessagePolicy noShouting = MessagePolicy.nonBlocking((context, message) -> message instanceof Message.Text text
 *         ? MessagePolicy.Decision.relay(Message.text(text.text().toLowerCase(Locale.ROOT)))
 *         : MessagePolicy.Decision.ignore());
 * BroadcastHub.builder().policy(MessagePolicy.maxBytes(1_000).andThen(noShouting))
 * }</pre>
 *
 * <p>Called on the thread that reads from the peer, one call at a time for a peer, at the same time for different ones.
 * It may block, which delays what this peer sends, and what others send only once so many policies block that the
 * adapter has no thread left to read with (how many that is, the adapter says); never what anyone gets. It may call the
 * hub. A policy that throws closes the peer with {@link CloseReason#INTERNAL_ERROR}. What the host application
 * broadcasts is not asked about.
 */
@FunctionalInterface
public interface MessagePolicy {

    /** The largest message that a peer may send unless the policy is replaced: 64 KiB. */
    int DEFAULT_MAX_BYTES = 65_536;

    /**
     * Decides about one message.
     *
     * @param context who sent it, and what else there is to know
     * @param message what was sent
     * @return what to do with it
     */
    Decision decide(PolicyContext context, Message message);

    /**
     * {@return a policy that asks {@code next} about what this one relays}
     *
     * @param next the policy to ask then
     */
    default MessagePolicy andThen(MessagePolicy next) {
        MessagePolicy first = this;
        Objects.requireNonNull(next, "next");
        return new MessagePolicy() {
            @Override
            public Decision decide(PolicyContext context, Message message) {
                Decision decision = first.decide(context, message);
                return decision instanceof Decision.Relay relay ? next.decide(context, relay.message()) : decision;
            }

            @Override
            public boolean mayBlock() {
                return first.mayBlock() || next.mayBlock();
            }
        };
    }

    /**
     * {@return whether {@link #decide} may wait for anything, or take more than some microseconds} If neither the
     * policy of a hub nor its {@link MessageListener} may, an adapter can read all its peers with a few threads, which
     * saves a change of threads a message. True unless overridden; no policy of this interface may, nor does one that
     * is {@link #nonBlocking}.
     */
    default boolean mayBlock() {
        return true;
    }

    /**
     * {@return {@code policy}, with the promise that it does not block: see {@link #mayBlock}} A promise that is not
     * kept holds up everything that comes from other peers, and new connections, for as long as the policy takes.
     *
     * @param policy never waits for a lock that is held for long, for a disk or for the network, and calls neither
     *     {@link BroadcastHub#broadcast} nor {@link Peer#send}, which wait while the hub is saturated
     */
    static MessagePolicy nonBlocking(MessagePolicy policy) {
        Objects.requireNonNull(policy, "policy");
        return new MessagePolicy() {
            @Override
            public Decision decide(PolicyContext context, Message message) {
                return policy.decide(context, Objects.requireNonNull(message, "message"));
            }

            @Override
            public boolean mayBlock() {
                return false;
            }
        };
    }

    /** {@return the policy that relays everything verbatim} */
    static MessagePolicy everything() {
        return nonBlocking((context, message) -> Decision.relay(message));
    }

    /** {@return the policy that relays text verbatim and ignores binary messages} */
    static MessagePolicy textOnly() {
        return nonBlocking((context, message) -> message instanceof Message.Text
                ? Decision.relay(message)
                : Decision.ignore());
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
        return nonBlocking((context, message) -> message.size() <= maxBytes
                ? Decision.relay(message)
                : Decision.close(tooBig(message.size(), maxBytes)));
    }

    private static CloseReason tooBig(int size, int maxBytes) {
        return CloseReason.of(CloseReason.MESSAGE_TOO_BIG,
                "message of " + size + " bytes is over maxBytes " + maxBytes);
    }

    /**
     * {@return the policy that relays what a peer sends as long as it is not too much, and closes the peer with
     * {@link CloseReason#POLICY_VIOLATION} when it is} As {@link #maxRate(int, Duration, Decision)}, which can also
     * ignore it.
     *
     * @param permits how many messages, from 1 to 100,000
     * @param per in what time, more than zero and at most 1 day
     * @throws IllegalArgumentException if a value is out of its range
     */
    static MessagePolicy maxRate(int permits, Duration per) {
        return maxRate(permits, per, Decision.close(CloseReason.of(CloseReason.POLICY_VIOLATION,
                "too many messages: maxRate is " + permits + " per " + per)));
    }

    /**
     * {@return the policy that relays what a peer sends as long as it is not too much}
     *
     * <p>Every peer has a token bucket: it begins with {@code permits} tokens, gains as many evenly in each {@code
     * per}, never holds more, and gives one for each message that is relayed. So a peer may send {@code permits}
     * messages at once, and {@code permits} a {@code per} for ever. What this policy is not asked about, because a
     * policy before it has ignored it, costs no token. Time is measured with the clock of the peer's hub,
     * wherever this policy stands, also within a policy of the host application. It keeps nothing about peers that have
     * gone.
     *
     * @param permits how many messages, from 1 to 100,000
     * @param per in what time, more than zero and at most 1 day
     * @param excess what to do with a message beyond that: {@link Decision#ignore} or {@link Decision#close}
     * @throws IllegalArgumentException if a value is out of its range, or {@code excess} is to relay
     */
    static MessagePolicy maxRate(int permits, Duration per, Decision excess) {
        return new RateLimitPolicy(permits, per, excess);
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

            /**
             * Checks that there is a message.
             *
             * @param message the message to broadcast
             */
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
             * @param reason what the peer is told
             * @throws IllegalArgumentException if its code must not be sent
             */
            public Close {
                if (!Objects.requireNonNull(reason, "reason").isSendable()) {
                    throw new IllegalArgumentException("reason must have a code that may be sent: " + reason);
                }
            }
        }
    }
}
