package io.techops.broadcast.endpoint;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.stream.StreamQuery;
import io.techops.broadcast.stream.Subprotocols;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/*
 * Jakarta WebSocket gives a configurator neither the servlet request nor its attributes. But containers upgrade a
 * connection on the thread that runs the filters, within their calls: so the decision of a filter is bound to the
 * thread. It is used only for a handshake with the same path, query and settings: about a request that was forwarded
 * meanwhile, the policy is asked again.
 */

/**
 * A handshake and the decision about it.
 *
 * @param settings the settings by which it was decided
 * @param asked the request of the client
 * @param decision an acceptance or a refusal; may be pending only where a method says so
 * @param cause why it was refused; null if it was accepted
 */
record DecidedHandshake(EndpointSettings settings, ContainerHandshake asked, Decision decision,
        @Nullable RefusalCause cause) {

    private static final ThreadLocal<DecidedHandshake> CURRENT = new ThreadLocal<>();

    /** The upgrade of an accepted handshake. */
    interface Upgrade<A extends Exception, B extends Exception> {
        void run() throws A, B;
    }

    /**
     * {@return the decision: that of a filter that has let the handshake pass, or that of the policy, which is asked
     * now}
     */
    static DecidedHandshake of(EndpointSettings settings, ContainerHandshake asked) {
        DecidedHandshake current = CURRENT.get();
        return current != null && settings.isGuardedBy(current.settings) && current.asked.path().equals(asked.path())
                && Objects.equals(current.asked.query(), asked.query()) ? current : decide(settings, asked);
    }

    /** {@return the decision of the settings; this thread waits for a pending one} Never throws. */
    static DecidedHandshake decide(EndpointSettings settings, ContainerHandshake asked) {
        return decide(settings, asked,
                (policy, bounded) -> PolicyCall.ask(policy, bounded, settings.handshakeTimeout()));
    }

    /** {@return the decision of the settings, which may be pending} Never throws. */
    static DecidedHandshake begin(EndpointSettings settings, ContainerHandshake asked) {
        return decide(settings, asked, (policy, bounded) -> PolicyCall.step(bounded, () -> policy.decide(bounded)));
    }

    private static DecidedHandshake decide(EndpointSettings settings, ContainerHandshake asked,
            BiFunction<HandshakePolicy, ContainerHandshake, PolicyCall.Outcome> ask) {
        ReplayLimits limits = settings.replayLimits();
        List<String> offered = asked.subprotocols();
        String wrong = Subprotocols.wrongNumber(offered);
        if (wrong != null) {
            return malformed(settings, asked, wrong);
        }
        StreamQuery.Result query = StreamQuery.parse(asked.query(), Subprotocols.mayBeNumbered(offered, limits));
        if (query instanceof StreamQuery.Bad bad) {
            return malformed(settings, asked, bad.sentence());
        }
        HandshakePolicy policy = settings.handshakePolicy();
        if (policy == null) {
            return new DecidedHandshake(settings, asked, Decision.accept(), null);
        }
        ContainerHandshake bounded = asked.asking(limits.allowed(((StreamQuery.Asked) query).replay()));
        PolicyCall.Outcome outcome = ask.apply(policy, bounded);
        return new DecidedHandshake(settings, bounded, outcome.decision(), outcome.cause());
    }

    private static DecidedHandshake malformed(EndpointSettings settings, ContainerHandshake asked, String sentence) {
        return new DecidedHandshake(settings, asked, Decision.refuse(400, sentence), RefusalCause.HANDSHAKE);
    }

    /** Runs an upgrade on this thread, with this decision bound to the thread. */
    <A extends Exception, B extends Exception> void during(Upgrade<A, B> upgrade) throws A, B {
        CURRENT.set(this);
        try {
            upgrade.run();
        } finally {
            CURRENT.remove();
        }
    }
}
