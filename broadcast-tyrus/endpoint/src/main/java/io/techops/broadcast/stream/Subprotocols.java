package io.techops.broadcast.stream;

import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.handshake.ReplayLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * An answer names one subprotocol. The one that the application selects takes precedence. If it selects none,
 * broadcast.v1 is selected if it is offered, at any place of the list. A word that only announces a token is not a
 * subprotocol for messages, but a way for pages in browsers to send one: an application that selects such a word counts
 * as having selected none.
 */

/** Selects the subprotocol of a connection, {@value NumberedFormat#SUBPROTOCOL} or another one. Only static methods. */
public final class Subprotocols {

    /**
     * The most that a client may offer. A policy that asks of each of them whether it is a token takes quadratic time:
     * seconds for thousands.
     */
    private static final int MOST_OFFERED = 100;

    private Subprotocols() {
    }

    /**
     * {@return what is wrong with the number of offers, as a sentence; null if nothing}
     *
     * @param offered the subprotocols that the client offers
     */
    public static @Nullable String wrongNumber(List<String> offered) {
        return offered.size() > MOST_OFFERED ? "A client may offer at most " + MOST_OFFERED + " subprotocols." : null;
    }

    /**
     * {@return whether a client may be told positions, before the application has decided}
     *
     * @param offered the subprotocols that the client offers
     * @param limits the settings
     */
    public static boolean mayBeNumbered(List<String> offered, ReplayLimits limits) {
        return limits.isResume() && offered.contains(NumberedFormat.SUBPROTOCOL);
    }

    /**
     * {@return the subprotocol for the answer; null for none}
     *
     * @param request the request of the client
     * @param selected the subprotocol that the application has selected; null if none
     * @param limits the settings
     * @throws IllegalStateException if the application has selected {@value NumberedFormat#SUBPROTOCOL}, but the
     *     settings have switched it off
     */
    public static @Nullable String select(HandshakeRequest request, @Nullable String selected, ReplayLimits limits) {
        if (NumberedFormat.SUBPROTOCOL.equals(selected) && !limits.isResume()) {
            throw new IllegalStateException("the handshake policy selected " + NumberedFormat.SUBPROTOCOL
                    + ", which resume(false) has switched off");
        }
        boolean free = selected == null || request.announcesToken(selected);
        return free && mayBeNumbered(request.subprotocols(), limits) ? NumberedFormat.SUBPROTOCOL : selected;
    }

    /**
     * Checks the subprotocol that a policy has selected.
     *
     * @param selected the subprotocol; null if none
     * @param request the request of the client
     * @throws IllegalStateException if it was not offered, or is a token
     */
    public static void check(@Nullable String selected, HandshakeRequest request) {
        if (selected == null) {
            return;
        }
        if (!request.subprotocols().contains(selected)) {
            throw new IllegalStateException("the handshake policy selected a subprotocol that was not offered");
        }
        if (request.isToken(selected)) {
            throw new IllegalStateException("the handshake policy selected a token as the subprotocol");
        }
    }
}
