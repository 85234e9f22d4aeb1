package io.techops.broadcast.examples.guide;

import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** Clients that show a certificate. */
final class CertificateServer {

    private CertificateServer() {
    }

    /**
     * {@return a running server}
     *
     * @param context has the server's key, and trusts those who sign clients' certificates
     * @param subjects who may connect
     */
    static BroadcastServer start(SSLContext context, Set<String> subjects) {
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setNeedClientAuth(true);
        return BroadcastServer.builder().port(0)
                .tls(context, parameters)
                .handshakePolicy(request -> subjects.contains(request.principal().getName())
                        ? Decision.accept() : Decision.refuse(403, "this certificate may not connect"))
                .start();
    }
}
