package io.techops.broadcast.stream;

import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.handshake.ReplayLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * An answer names one subprotocol. What the application selects is what both sides speak from then on, so it wins. If
 * it selects none, an offer of broadcast.v1 is taken, wherever it stands in the list. What announces a token to the
 * server is no subprotocol but a custom of browsers, and says nothing of the messages: an application that selects it
 * has selected none.
 */

/** Whether a connection speaks {@value NumberedFormat#SUBPROTOCOL}. Only static methods. */
public final class Subprotocols {

    private Subprotocols() {
    }

    /**
     * {@return whether a client may be told positions, as far as it is known before the application decides}
     *
     * @param offered the subprotocols that the client offers
     * @param limits the settings
     */
    public static boolean mayBeNumbered(List<String> offered, ReplayLimits limits) {
        return limits.isResume() && offered.contains(NumberedFormat.SUBPROTOCOL);
    }

    /**
     * {@return the subprotocol that the answer names; null for none}
     *
     * @param request what the client asks for
     * @param selected what the application has selected; null if nothing
     * @param limits the settings
     * @throws IllegalStateException if the application has selected {@value NumberedFormat#SUBPROTOCOL}, and the
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
     * Checks what a policy has selected.
     *
     * @param selected null if nothing
     * @param request what the client asks for
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
