package io.techops.broadcast.tyrus;

import java.io.IOException;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.FilterChainEvent;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.http.HttpEvents;
import org.glassfish.grizzly.http.HttpHeader;
import org.glassfish.grizzly.http.HttpRequestPacket;

/**
 * Ignores offers to upgrade to anything but WebSocket, as a server may (RFC 9110 section 7.8); some clients offer
 * HTTP/2 with their first request. Grizzly would take the request for upgraded: answer it without its content type, and
 * close the connection.
 */
final class UpgradeOffers extends BaseFilter {

    @Override
    public NextAction handleEvent(FilterChainContext ctx, FilterChainEvent event) throws IOException {
        if (event instanceof HttpEvents.IncomingHttpUpgradeEvent upgrade
                && upgrade.getHttpHeader() instanceof HttpRequestPacket request && !Handshake.isAsked(request)) {
            ignore(request);
        }
        return ctx.getInvokeAction();
    }

    private static void ignore(HttpHeader request) {
        request.getUpgradeDC().recycle();
        request.setIgnoreContentModifiers(false);
    }
}
