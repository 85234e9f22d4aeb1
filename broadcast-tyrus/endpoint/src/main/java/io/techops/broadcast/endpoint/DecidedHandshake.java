package io.techops.broadcast.endpoint;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.stream.StreamQuery;
import io.techops.broadcast.stream.Subprotocols;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/*
 * Jakarta WebSocket shows a configurator neither the servlet's request nor its attributes. But containers upgrade on
 * the thread that runs the filters, within them: so what a filter has decided is found by the thread. It is taken for a
 * handshake with the same path, query and settings alone: a request that was forwarded meanwhile is asked about anew.
 */

/**
 * A handshake, and what is decided about it.
 *
 * @param settings those that decided
 * @param asked what the client asks for
 * @param decision accepts or refuses; pending only where that is said
 * @param cause why it was refused; null if it was accepted
 */
record DecidedHandshake(EndpointSettings settings, ContainerHandshake asked, Decision decision,
        @Nullable RefusalCause cause) {

    private static final ThreadLocal<DecidedHandshake> CURRENT = new ThreadLocal<>();

    /** What a thread does with an accepted handshake. */
    interface Upgrade<A extends Exception, B extends Exception> {
        void run() throws A, B;
    }

    /** {@return what is decided: by a filter that has let the handshake pass, or by the policy, which is asked now} */
    static DecidedHandshake of(EndpointSettings settings, ContainerHandshake asked) {
        DecidedHandshake current = CURRENT.get();
        return current != null && settings.isGuardedBy(current.settings) && current.asked.path().equals(asked.path())
                && Objects.equals(current.asked.query(), asked.query()) ? current : decide(settings, asked);
    }

    /** {@return what the settings decide, on this thread, which waits for a decision that is pending} Never throws. */
    static DecidedHandshake decide(EndpointSettings settings, ContainerHandshake asked) {
        return decide(settings, asked,
                (policy, bounded) -> PolicyCall.ask(policy, bounded, settings.handshakeTimeout()));
    }

    /** {@return what the settings decide at once: the decision may be pending} Never throws. */
    static DecidedHandshake begin(EndpointSettings settings, ContainerHandshake asked) {
        return decide(settings, asked, (policy, bounded) -> PolicyCall.step(bounded, () -> policy.decide(bounded)));
    }

    private static DecidedHandshake decide(EndpointSettings settings, ContainerHandshake asked,
            BiFunction<HandshakePolicy, ContainerHandshake, PolicyCall.Outcome> ask) {
        ReplayLimits limits = settings.replayLimits();
        boolean numbered = Subprotocols.mayBeNumbered(asked.subprotocols(), limits);
        StreamQuery.Result query = StreamQuery.parse(asked.query(), numbered);
        if (query instanceof StreamQuery.Bad bad) {
            return new DecidedHandshake(settings, asked, Decision.refuse(400, bad.sentence()), RefusalCause.HANDSHAKE);
        }
        HandshakePolicy policy = settings.handshakePolicy();
        if (policy == null) {
            return new DecidedHandshake(settings, asked, Decision.accept(), null);
        }
        ContainerHandshake bounded = asked.asking(limits.allowed(((StreamQuery.Asked) query).replay()));
        PolicyCall.Outcome outcome = ask.apply(policy, bounded);
        return new DecidedHandshake(settings, bounded, outcome.decision(), outcome.cause());
    }

    /** Runs what upgrades the connection on this thread, which finds this decision. */
    <A extends Exception, B extends Exception> void during(Upgrade<A, B> upgrade) throws A, B {
        CURRENT.set(this);
        try {
            upgrade.run();
        } finally {
            CURRENT.remove();
        }
    }
}
