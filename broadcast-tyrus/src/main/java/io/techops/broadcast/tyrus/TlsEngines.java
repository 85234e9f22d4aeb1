package io.techops.broadcast.tyrus;

import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Makes the TLS engines of a server's connections. */
final class TlsEngines {

    private static final String HTTP = "http/1.1";

    private TlsEngines() {
    }

    /**
     * {@return a supplier of one engine for each connection}
     *
     * @param parameters copied by this call; null for those of the context, with {@code clientAuth}
     * @throws IllegalStateException if the parameters ask for what the context or the server does not support
     */
    static Supplier<SSLEngine> of(SSLContext tls, @Nullable SSLParameters parameters, ClientAuth clientAuth) {
        if (parameters == null) {
            return () -> engine(tls, clientAuth);
        }
        List<String> protocols = List.of(parameters.getApplicationProtocols());
        if (!protocols.isEmpty() && !protocols.equals(List.of(HTTP))) {
            throw new IllegalStateException(
                    "the SSLParameters of tls may have no application protocol but " + HTTP + ": " + protocols);
        }
        SSLEngine example = engine(tls, ClientAuth.NONE);
        try {
            example.setSSLParameters(parameters);
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            throw new IllegalStateException(
                    "the SSLParameters of tls must be what its SSLContext supports: " + e.getMessage(), e);
        }
        SSLParameters copy = example.getSSLParameters();
        return () -> {
            SSLEngine engine = engine(tls, ClientAuth.NONE);
            engine.setSSLParameters(copy);
            return engine;
        };
    }

    private static SSLEngine engine(SSLContext tls, ClientAuth clientAuth) {
        SSLEngine engine = tls.createSSLEngine();
        engine.setUseClientMode(false);
        switch (clientAuth) {
            case NEED -> engine.setNeedClientAuth(true);
            case WANT -> engine.setWantClientAuth(true);
            default -> { }
        }
        return engine;
    }
}
