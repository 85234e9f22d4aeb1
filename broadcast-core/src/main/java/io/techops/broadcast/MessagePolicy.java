package io.techops.broadcast;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides about a message that a peer sent: relay it, ignore it, or close the peer.
 *
 * <pre>{@code
 * MessagePolicy noShouting = MessagePolicy.nonBlocking((context, message) -> message instanceof Message.Text text
 *         ? MessagePolicy.Verdict.relay(Message.text(text.text().toLowerCase(Locale.ROOT)))
 *         : MessagePolicy.Verdict.ignore());
 * BroadcastHub.builder().policy(MessagePolicy.maxBytes(1_000).andThen(noShouting))
 * }</pre>
 *
 * <p>Called on the thread that reads from the peer: one call at a time for each peer, concurrently for different peers.
 * A policy may call the hub. If it throws, the peer is closed with {@link CloseReason#INTERNAL_ERROR}, and the
 * exception is logged with its message, which should not repeat what the peer sent. A policy is not asked about what
 * the host application broadcasts.
 *
 * <p><em>Blocking.</em> The hub cannot see whether a policy blocks, and the two possible mistakes differ in cost. To
 * treat a policy that only computes as one that blocks costs a change of threads for each read: some microseconds. A
 * policy that blocks on the thread that reads all peers stops every peer, every handshake and every pong. Therefore a
 * policy may block unless it is declared not to. A policy that blocks delays what its own peer sends. It delays what
 * other peers send only if so many calls block at the same time that the adapter has no thread left to read with (the
 * documentation of the adapter gives the number). It never delays what peers receive. The policies of this interface do
 * not block. Wrap a policy of your own that only computes in {@link #nonBlocking}.
 */
@FunctionalInterface
public interface MessagePolicy {

    /** The largest message that a peer may send unless the policy is replaced: 64 KiB. */
    int DEFAULT_MAX_BYTES = 65_536;

    /**
     * Decides about one message.
     *
     * @param context the peer that sent the message, and what else the hub tells a policy
     * @param message what was sent
     * @return what to do with it
     */
    Verdict decide(PolicyContext context, Message message);

    /**
     * {@return a policy that asks {@code next} about what this policy relays} The key and the time to live that this
     * policy sets are kept unless {@code next} sets others. The result may block if one of the two may.
     *
     * @param next the policy to ask then
     */
    default MessagePolicy andThen(MessagePolicy next) {
        MessagePolicy first = this;
        Objects.requireNonNull(next, "next");
        return new MessagePolicy() {
            @Override
            public Verdict decide(PolicyContext context, Message message) {
                Verdict verdict = first.decide(context, message);
                return verdict instanceof Verdict.Relay relay
                        ? relay.completing(next.decide(context, relay.message()))
                        : verdict;
            }

            @Override
            public boolean mayBlock() {
                return first.mayBlock() || next.mayBlock();
            }
        };
    }

    /**
     * {@return whether {@link #decide} may wait for anything, or take more than a few microseconds} Called once, when
     * the hub is built. True by default; false for a policy made by {@link #nonBlocking}. A class may override this
     * method instead.
     */
    default boolean mayBlock() {
        return true;
    }

    /**
     * {@return {@code policy}, declared not to block} If neither the policy of a hub nor its {@link MessageListener}
     * may block, peers are read without a change of threads. A policy that blocks despite this declaration delays
     * everything that other peers send, and new connections, for as long as it blocks; {@code BroadcastServer} logs one
     * warning with the name of its class if it blocks for more than a second or two.
     *
     * @param policy the policy, which must not wait for a lock that is held for long, for a disk or for the network,
     *     and must not call {@link BroadcastHub#broadcast} or {@link Peer#send}, which wait while the hub is saturated
     */
    static MessagePolicy nonBlocking(MessagePolicy policy) {
        Objects.requireNonNull(policy, "policy");
        return new MessagePolicy() {
            @Override
            public Verdict decide(PolicyContext context, Message message) {
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
        return nonBlocking((context, message) -> Verdict.relay(message));
    }

    /** {@return the policy that ignores everything: only the host application broadcasts} */
    static MessagePolicy nothing() {
        return nonBlocking((context, message) -> Verdict.ignore());
    }

    /** {@return the policy that relays text verbatim and ignores binary messages} */
    static MessagePolicy textOnly() {
        return nonBlocking((context, message) -> message instanceof Message.Text
                ? Verdict.relay(message)
                : Verdict.ignore());
    }

    /**
     * {@return the policy that relays messages of at most {@code maxBytes}, and closes the peer with {@link
     * CloseReason#MESSAGE_TOO_BIG} if it sends a longer one}
     *
     * @param maxBytes the most payload bytes, at least 1
     * @throws IllegalArgumentException if {@code maxBytes} is below 1
     */
    static MessagePolicy maxBytes(int maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1: " + maxBytes);
        }
        return nonBlocking((context, message) -> message.size() <= maxBytes
                ? Verdict.relay(message)
                : Verdict.close(tooBig(message.size(), maxBytes)));
    }

    private static CloseReason tooBig(int size, int maxBytes) {
        return CloseReason.of(CloseReason.MESSAGE_TOO_BIG,
                "message of " + size + " bytes is over maxBytes " + maxBytes);
    }

    /**
     * {@return the policy that relays messages up to a rate, and closes a peer that exceeds it with {@link
     * CloseReason#POLICY_VIOLATION}} {@link #maxRate(int, Duration, Verdict)} says how the rate is measured, and can
     * ignore the excess instead.
     *
     * @param permits how many messages, from 1 to 100,000
     * @param per in what time, more than zero and at most 1 day
     * @throws IllegalArgumentException if a value is out of its range
     */
    static MessagePolicy maxRate(int permits, Duration per) {
        return maxRate(permits, per, Verdict.close(CloseReason.of(CloseReason.POLICY_VIOLATION,
                "too many messages: maxRate is " + permits + " per " + per)));
    }

    /**
     * {@return the policy that relays messages of each peer up to a rate}
     *
     * <p>Every peer has a token bucket. It starts with {@code permits} tokens and holds at most that many; {@code
     * permits} tokens are added, evenly, in each period {@code per}; each relayed message takes one. So a peer may send
     * {@code permits} messages at once, and {@code permits} messages in each period after that. A message that a
     * preceding policy ignores takes no token. Time is measured with {@link PolicyContext#nanoTime}. The bucket is an
     * {@linkplain Peer#attributes attribute} of the peer: it is freed with the peer, and two policies made by this
     * method never share one.
     *
     * @param permits how many messages, from 1 to 100,000
     * @param per in what time, more than zero and at most 1 day
     * @param excess what to do with a message beyond the rate: {@link Verdict#ignore} or {@link Verdict#close}
     * @throws IllegalArgumentException if a value is out of its range, or {@code excess} is to relay
     */
    static MessagePolicy maxRate(int permits, Duration per, Verdict excess) {
        RateLimit limit = new RateLimit(permits, per);
        if (Objects.requireNonNull(excess, "excess") instanceof Verdict.Relay) {
            throw new IllegalArgumentException("excess must not be to relay: " + excess);
        }
        return nonBlocking((context, message) -> limit.take(context) ? Verdict.relay(message) : excess);
    }

    /**
     * What happens to a message: relay, ignore or close. Immutable, with equality by value; each kind may get further
     * properties in a later version.
     */
    sealed interface Verdict {

        /**
         * {@return the verdict to broadcast a message}
         *
         * @param message the message to broadcast: the one that the peer sent, or another one
         */
        static Relay relay(Message message) {
            return new Relay(Objects.requireNonNull(message, "message"), null, null);
        }

        /** {@return the verdict to do nothing; the connection stays open} */
        static Ignore ignore() {
            return Ignore.IGNORE;
        }

        /**
         * {@return the verdict to drop the message and to close the peer; the peer's later messages are dropped}
         *
         * @param reason what the peer is told; its code must be one that may be sent
         * @throws IllegalArgumentException if its code must not be sent, see {@link CloseReason#isSendable}
         */
        static Close close(CloseReason reason) {
            if (!Objects.requireNonNull(reason, "reason").isSendable()) {
                throw new IllegalArgumentException("reason must have a code that may be sent: " + reason);
            }
            return new Close(reason);
        }

        /** Broadcast a message. */
        final class Relay implements Verdict {

            private final Message message;
            private final @Nullable String key;
            private final @Nullable Duration timeToLive;

            private Relay(Message message, @Nullable String key, @Nullable Duration timeToLive) {
                this.message = message;
                this.key = key;
                this.timeToLive = timeToLive;
            }

            /**
             * {@return this verdict with a key for the message, as {@link BroadcastOptions#key(String)} says}
             *
             * @param key what the message is about: 1 to {@value BroadcastOptions#MAX_KEY_LENGTH} characters, no
             *     control characters, no unpaired surrogates
             * @throws IllegalArgumentException if it is not so
             */
            public Relay key(String key) {
                return new Relay(message, BroadcastOptions.checkedKey(key), timeToLive);
            }

            /**
             * {@return this verdict with a time to live, as {@link BroadcastOptions#timeToLive(Duration)} says}
             *
             * @param timeToLive how long, more than zero and at most 365 days
             * @throws IllegalArgumentException if it is not so
             */
            public Relay timeToLive(Duration timeToLive) {
                return new Relay(message, key, BroadcastOptions.checkedTimeToLive(timeToLive));
            }

            /** {@return a later verdict, with the key and the time to live of this one where it has none} */
            private Verdict completing(Verdict later) {
                if (later instanceof Relay relay && (key != null || timeToLive != null)) {
                    return new Relay(relay.message, relay.key == null ? key : relay.key,
                            relay.timeToLive == null ? timeToLive : relay.timeToLive);
                }
                return later;
            }

            /** {@return what the message is about; null if it has no key} */
            public @Nullable String key() {
                return key;
            }

            /** {@return after what time the message is no longer delivered; null if at any time} */
            public @Nullable Duration timeToLive() {
                return timeToLive;
            }

            /** {@return the message to broadcast} */
            public Message message() {
                return message;
            }

            @Override
            public boolean equals(Object other) {
                return other instanceof Relay relay && message.equals(relay.message) && Objects.equals(key, relay.key)
                        && Objects.equals(timeToLive, relay.timeToLive);
            }

            @Override
            public int hashCode() {
                return Objects.hash(message, key, timeToLive);
            }

            @Override
            public String toString() {
                return "relay " + message + (key == null ? "" : ", key " + key)
                        + (timeToLive == null ? "" : ", for " + timeToLive);
            }
        }

        /** Do nothing. */
        final class Ignore implements Verdict {

            private static final Ignore IGNORE = new Ignore();

            private Ignore() {
            }

            @Override
            public String toString() {
                return "ignore";
            }
        }

        /** Close the peer. */
        final class Close implements Verdict {

            private final CloseReason reason;

            private Close(CloseReason reason) {
                this.reason = reason;
            }

            /** {@return what the peer is told} */
            public CloseReason reason() {
                return reason;
            }

            @Override
            public boolean equals(Object other) {
                return other instanceof Close close && reason.equals(close.reason);
            }

            @Override
            public int hashCode() {
                return reason.hashCode();
            }

            @Override
            public String toString() {
                return "close " + reason;
            }
        }
    }
}
