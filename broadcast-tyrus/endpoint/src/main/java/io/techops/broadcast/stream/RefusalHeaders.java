package io.techops.broadcast.stream;

import io.techops.broadcast.handshake.Decision;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The headers of the answer to a handshake that a policy refuses. Only static methods. */
public final class RefusalHeaders {

    /** After how long a client may try again, if the policy does not set it. */
    public static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private static final String CHALLENGE = "WWW-Authenticate";
    private static final String RETRY = "Retry-After";

    private RefusalHeaders() {
    }

    /**
     * {@return the headers of the decision, and those that its status requires in addition (RFC 9110 sections 10.2.3
     * and 11.6.1)}
     *
     * @param refuse the decision
     */
    public static Map<String, List<String>> of(Decision.Refuse refuse) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(refuse.headers());
        switch (refuse.status()) {
            case 401 -> headers.putIfAbsent(CHALLENGE, List.of("Bearer"));
            case 429, 503 -> headers.putIfAbsent(RETRY, List.of(Long.toString(RETRY_AFTER.toSeconds())));
            default -> { }
        }
        return headers;
    }
}
