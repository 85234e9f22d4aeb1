package io.techops.broadcast.endpoint;

import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.stream.NumberedFormat;
import io.techops.broadcast.stream.Origins;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link BroadcastEndpoint}: who may be a peer, what it may send and speaks,
 * and what of the past it may ask for.
 *
 * <pre>{@code
 * EndpointSettings.standard().maxMessageBytes(16_384).replayLimits(ReplayLimits.standard().replay(50))
 * }</pre>
 *
 * <p>Settings may be added in a later version. Immutable.
 */
public final class EndpointSettings {

    private static final EndpointSettings STANDARD = new EndpointSettings(MessagePolicy.DEFAULT_MAX_BYTES,
            ReplayLimits.standard(), List.of(), Set.of(), null, Duration.ofSeconds(10));
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    private final int maxMessageBytes;
    private final ReplayLimits replayLimits;
    private final List<String> subprotocols;
    private final Set<String> listed;
    private final Origins origins;
    private final @Nullable HandshakePolicy policy;
    private final Duration handshakeTimeout;

    private EndpointSettings(int maxMessageBytes, ReplayLimits replayLimits, List<String> subprotocols,
            Set<String> listed, @Nullable HandshakePolicy policy, Duration handshakeTimeout) {
        this.maxMessageBytes = maxMessageBytes;
        this.replayLimits = replayLimits;
        this.subprotocols = subprotocols;
        this.listed = listed;
        this.origins = new Origins(listed);
        this.policy = policy;
        this.handshakeTimeout = handshakeTimeout;
    }

    /** {@return the defaults} */
    public static EndpointSettings standard() {
        return STANDARD;
    }

    /**
     * {@return these settings, with another limit for the messages of a peer} It is the size of the container's buffer
     * for a message, whose unit is a byte or a character as the container likes, so it does not make up for
     * {@link MessagePolicy#maxBytes}; a longer message ends the connection with 1009.
     *
     * @param maxMessageBytes at least 1; {@link MessagePolicy#DEFAULT_MAX_BYTES} by default
     * @throws IllegalArgumentException if it is less than 1
     */
    public EndpointSettings maxMessageBytes(int maxMessageBytes) {
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException("maxMessageBytes must be at least 1: " + maxMessageBytes);
        }
        return new EndpointSettings(maxMessageBytes, replayLimits, subprotocols, listed, policy, handshakeTimeout);
    }

    /**
     * {@return these settings, with others for what of the past peers may ask for} See {@link BroadcastEndpoint} for
     * what an annotated class says beside.
     *
     * @param replayLimits {@link ReplayLimits#standard} by default: peers may speak {@code broadcast.v1} and go on
     *     where they were, and ask for nothing else
     */
    public EndpointSettings replayLimits(ReplayLimits replayLimits) {
        return new EndpointSettings(maxMessageBytes, Objects.requireNonNull(replayLimits, "replayLimits"),
                subprotocols, listed, policy, handshakeTimeout);
    }

    /**
     * {@return these settings, with one more subprotocol of the application (RFC 6455 section 1.9)} The first that a
     * client offers is selected, in the order in which they were added here, before {@code broadcast.v1}, unless a
     * policy selects another one; its peer is sent the messages alone. {@link BroadcastEndpoint#config} has all it
     * needs for it; an annotated class has them in its annotation, or an {@link EndpointConfigurator}.
     *
     * @param subprotocol letters, digits and <code>!#$%&amp;'*+-.^_`|~</code>; none by default
     * @throws IllegalArgumentException if it is not so, or is {@code broadcast.v1}, for which there is {@link
     *     #replayLimits}
     */
    public EndpointSettings subprotocol(String subprotocol) {
        if (!TOKEN.matcher(subprotocol).matches() || subprotocol.equals(NumberedFormat.SUBPROTOCOL)) {
            throw new IllegalArgumentException("subprotocol must be a token (RFC 9110 section 5.6.2), and not "
                    + NumberedFormat.SUBPROTOCOL + ": " + subprotocol);
        }
        Set<String> more = new LinkedHashSet<>(subprotocols);
        more.add(subprotocol);
        return new EndpointSettings(maxMessageBytes, replayLimits, List.copyOf(more), listed, policy, handshakeTimeout);
    }

    /**
     * {@return these settings, with one more origin whose pages may connect (RFC 6455 section 10.2)} As soon as there
     * is one, pages of all others get 403 from the container, and 404 from Undertow: those of the same host included,
     * whose name Jakarta WebSocket does not tell when it asks. What sends no origin is no browser, and may connect.
     *
     * @param origin {@code scheme://host}, {@code scheme://host:port}, or {@code scheme://} alone, which {@code http}
     *     and {@code https} do not have; the string {@code null} for pages that send {@code null}, as those that a
     *     browser opens from a file; {@code *} for any. None by default: then every origin may connect
     * @throws IllegalArgumentException if it is none of these
     */
    public EndpointSettings allowOrigin(String origin) {
        Set<String> more = new LinkedHashSet<>(listed);
        more.add(Origins.checked(origin));
        return new EndpointSettings(maxMessageBytes, replayLimits, subprotocols, Collections.unmodifiableSet(more),
                policy, handshakeTimeout);
    }

    /**
     * {@return these settings, with the application's decision about who becomes a peer} It is asked about every
     * handshake, as in {@code BroadcastServer}, and gives the peer attributes, a subprotocol, what it gets of the past,
     * and headers of the answer. Two things are different, because Jakarta WebSocket has no other way:
     *
     * <ul>
     *   <li>The policy is called on a thread of the container, which also waits for a decision that comes {@link
     *       io.techops.broadcast.handshake.Decision#later later}. A policy that blocks is not interrupted.
     *   <li>Without a {@code HandshakeFilter}, a handshake that is refused is answered with 101, and the session closed
     *       before it is a peer: with the reason, and code 1013 for status 429 and from 500, 1008 for any other status.
     *       The headers of a refusal are not sent. A policy that throws or is late closes with 1013.
     * </ul>
     *
     * <p>{@link BroadcastEndpoint#config} has all it needs for it; an annotated class needs an {@link
     * EndpointConfigurator}.
     *
     * @param policy {@code null} accepts everyone, by default
     */
    public EndpointSettings handshakePolicy(@Nullable HandshakePolicy policy) {
        return new EndpointSettings(maxMessageBytes, replayLimits, subprotocols, listed, policy, handshakeTimeout);
    }

    /**
     * {@return these settings, with another limit for a decision that is pending}
     *
     * @param handshakeTimeout 10 seconds by default; from 1 millisecond to a day
     * @throws IllegalArgumentException if it is not from 1 millisecond to a day
     */
    public EndpointSettings handshakeTimeout(Duration handshakeTimeout) {
        if (handshakeTimeout.compareTo(Duration.ofMillis(1)) < 0
                || handshakeTimeout.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("handshakeTimeout must be from 1 ms to 1 day: " + handshakeTimeout);
        }
        return new EndpointSettings(maxMessageBytes, replayLimits, subprotocols, listed, policy, handshakeTimeout);
    }

    /** {@return what a message of a peer may have} */
    public int maxMessageBytes() {
        return maxMessageBytes;
    }

    /** {@return what of the past peers may ask for} */
    public ReplayLimits replayLimits() {
        return replayLimits;
    }

    /** {@return the subprotocols of the application, the preferred one first; unmodifiable} */
    public List<String> subprotocols() {
        return subprotocols;
    }

    /** {@return the origins whose pages may connect; empty if all may; unmodifiable} */
    public Set<String> allowedOrigins() {
        return listed;
    }

    /** {@return what decides who becomes a peer; null if everyone does} */
    public @Nullable HandshakePolicy handshakePolicy() {
        return policy;
    }

    /** {@return how long a pending decision is waited for} */
    public Duration handshakeTimeout() {
        return handshakeTimeout;
    }

    /** {@return whether a page may connect} */
    boolean allows(@Nullable String origin) {
        return listed.isEmpty() || origins.allows(origin, null);
    }

    /** {@return whether not everyone may become a peer} */
    boolean isGuarded() {
        return policy != null || !listed.isEmpty();
    }

    /** {@return whether what decides by {@code others} does so by these} */
    boolean isGuardedBy(EndpointSettings others) {
        return !isGuarded() || policy == others.policy && listed.equals(others.listed);
    }

    @Override
    public String toString() {
        return "maxMessageBytes " + maxMessageBytes + ", " + replayLimits
                + (subprotocols.isEmpty() ? "" : ", subprotocols " + subprotocols)
                + (listed.isEmpty() ? "" : ", origins " + listed)
                + (policy == null ? "" : ", a handshake policy within " + handshakeTimeout);
    }
}
