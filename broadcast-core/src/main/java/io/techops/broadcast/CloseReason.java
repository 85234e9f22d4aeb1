package io.techops.broadcast;

import io.techops.broadcast.text.WellFormed;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Why a connection ends: a close code (RFC 6455 section 7.1.5) and a phrase for people (section 7.1.6).
 *
 * <pre>{@code
 * peer.close(CloseReason.of(CloseReason.POLICY_VIOLATION, "no advertising"));
 * peer.close(CloseReason.of(4001, "signed in elsewhere"));            // 4000 to 4999 are the application's own
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param code a close code from 1000 to 4999, as defined by RFC 6455 section 7.4 and the IANA registry
 * @param phrase a short explanation, at most {@value #MAX_PHRASE_BYTES} bytes of UTF-8; empty if there is none. A
 *     surrogate without its partner, which UTF-8 cannot express, is the replacement character U+FFFD
 */
public record CloseReason(int code, String phrase) {

    /** The most bytes of UTF-8 that fit after the code in a close frame (RFC 6455 section 5.5). */
    public static final int MAX_PHRASE_BYTES = 123;

    /** The purpose of the connection is fulfilled. */
    public static final int NORMAL = 1000;

    /** An end point is going away: a server that stops, a page that is left. */
    public static final int GOING_AWAY = 1001;

    /** The close frame had no code. Only reported, never sent. */
    public static final int NO_CODE = 1005;

    /** The connection ended without a close frame. Only reported, never sent. */
    public static final int ABNORMAL = 1006;

    /** A message broke a rule of the application. */
    public static final int POLICY_VIOLATION = 1008;

    /** A message was too big to be processed. */
    public static final int MESSAGE_TOO_BIG = 1009;

    /** The server met a condition it did not expect. */
    public static final int INTERNAL_ERROR = 1011;

    /** The server is overloaded, or the peer is too slow for it; the peer may connect again later. */
    public static final int TRY_AGAIN_LATER = 1013;

    /**
     * Checks both parts.
     *
     * @param code a close code from 1000 to 4999
     * @param phrase a short explanation, or the empty string
     * @throws IllegalArgumentException if {@code code} is not from 1000 to 4999, or {@code phrase} is over
     *     {@value #MAX_PHRASE_BYTES} bytes of UTF-8
     */
    public CloseReason {
        if (code < 1000 || code > 4999) {
            throw new IllegalArgumentException("code must be from 1000 to 4999: " + code);
        }
        phrase = WellFormed.text(Objects.requireNonNull(phrase, "phrase"));
        int bytes = phrase.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_PHRASE_BYTES) {
            throw new IllegalArgumentException(
                    "phrase must be at most " + MAX_PHRASE_BYTES + " bytes of UTF-8: " + bytes);
        }
    }

    /**
     * Makes a reason without a phrase.
     *
     * @param code a close code from 1000 to 4999
     * @return the reason
     * @throws IllegalArgumentException if {@code code} is not from 1000 to 4999
     */
    public static CloseReason of(int code) {
        return new CloseReason(code, "");
    }

    /**
     * Makes a reason.
     *
     * @param code a close code from 1000 to 4999
     * @param phrase at most {@value #MAX_PHRASE_BYTES} bytes of UTF-8
     * @return the reason
     * @throws IllegalArgumentException as the constructor does
     */
    public static CloseReason of(int code, String phrase) {
        return new CloseReason(code, phrase);
    }

    /**
     * Tells whether a server may send the code in a close frame. 1004, 1005, 1006, 1015 and the codes below 3000 that
     * RFC 6455 leaves unassigned must not be sent.
     *
     * @return whether it may be sent
     */
    public boolean isSendable() {
        return code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000;
    }

    @Override
    public String toString() {
        return phrase.isEmpty() ? Integer.toString(code) : code + " " + phrase;
    }
}
