package io.techops.broadcast.tyrus.resource;

import org.jspecify.annotations.Nullable;

/** Decides who may publish over HTTP. Safe for use by any number of threads. */
@FunctionalInterface
public interface TokenCheck {

    /** What is known of a token. */
    enum Answer {
        /** Its bearer may publish. */
        MAY,
        /** Its bearer may not publish there, though the token is known. */
        MAY_NOT,
        /** There is no such token. */
        UNKNOWN
    }

    /**
     * {@return whether the bearer of a token may publish; may wait}
     *
     * @param token what the client has sent
     * @param topic where it wants to publish; null if there is one hub
     * @throws Exception if that cannot be found out: then it may not
     */
    Answer check(String token, @Nullable String topic) throws Exception;
}
