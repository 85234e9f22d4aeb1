package io.techops.broadcast.stream;

import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.logging.LogSanitizer;
import io.techops.broadcast.spi.PathTemplate;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps the credentials of a request out of the log. Only static methods. */
public final class RequestSecrets {

    private static final List<String> HEADERS = List.of("Authorization", "Proxy-Authorization", "Cookie");
    /** Shorter values are not secrets, and would be found in any text. */
    private static final int SHORTEST = 4;

    private RequestSecrets() {
    }

    /**
     * {@return the exception of a policy, safe for a log} In its message, {@code ***} replaces the query and each value
     * of it, the bearer token, the cookies and the {@code Authorization} header of the request.
     *
     * @param request the request that the policy was asked about
     * @param thrown the exception
     */
    public static Throwable hidden(HandshakeRequest request, Throwable thrown) {
        return LogSanitizer.of(thrown, of(request));
    }

    private static List<String> of(HandshakeRequest request) {
        Set<String> secrets = new HashSet<>(request.cookies().values());
        for (String header : HEADERS) {
            for (String value : request.headers().getOrDefault(header, List.of())) {
                secrets.add(value);
                secrets.add(value.substring(value.indexOf(' ') + 1)); // without the scheme
            }
        }
        String query = request.query();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            String value = pair.substring(pair.indexOf('=') + 1);
            secrets.add(value);
            add(secrets, PathTemplate.decode(value));
        }
        add(secrets, query);
        add(secrets, request.bearerToken());
        request.subprotocols().stream().filter(request::isToken).forEach(secrets::add);
        return secrets.stream().filter(secret -> secret.length() >= SHORTEST)
                .sorted(Comparator.comparingInt(String::length).reversed()).toList();
    }

    private static void add(Set<String> secrets, @Nullable String secret) {
        if (secret != null) {
            secrets.add(secret);
        }
    }
}
