package io.techops.broadcast.tyrus;

import java.io.IOException;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.nio.NIOConnection;

/**
 * The filter in front of TLS: tells whoever speaks HTTP in the clear that the port does not, where TLS would cut him
 * without a word. Looks at the first byte of a connection, and at no other: the types of TLS records (RFC 8446 section
 * 5.1) are no letters, and methods begin with one.
 */
final class ClearTextFilter extends BaseFilter {

    private static final Attribute<Boolean> SPEAKS_TLS =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(ClearTextFilter.class.getName() + ".speaksTls");
    private static final Refusal REFUSAL = Refusal.bad("This port speaks TLS: the URL begins with wss or https.");
    private static final String HEAD = "HEAD ";

    private final Refuser refuser;

    ClearTextFilter(Refuser refuser) {
        this.refuser = refuser;
    }

    @Override
    public NextAction handleRead(FilterChainContext ctx) throws IOException {
        NIOConnection connection = (NIOConnection) ctx.getConnection();
        Buffer input = ctx.getMessage();
        Boolean known = SPEAKS_TLS.get(connection);
        if (known == null ? begin(connection, input) : known) {
            return ctx.getInvokeAction();
        }
        input.tryDispose();
        return ctx.getStopAction();
    }

    private boolean begin(NIOConnection connection, Buffer input) {
        boolean tls = !Tokens.isTokenChar(input.get(input.position()) & 0xFF);
        SPEAKS_TLS.set(connection, tls);
        if (!tls) {
            RequestParser.cancelTimeout(connection);
            refuser.refuseInTheClear(connection, REFUSAL, !isHead(input));
        }
        return tls;
    }

    private static boolean isHead(Buffer input) {
        for (int i = 0; i < HEAD.length(); i++) {
            if (i >= input.remaining() || input.get(input.position() + i) != HEAD.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
