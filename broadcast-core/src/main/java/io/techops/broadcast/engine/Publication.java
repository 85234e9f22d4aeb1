package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import org.jspecify.annotations.Nullable;

/**
 * A message that is to be appended for everyone, or for everyone but some.
 *
 * @param key the message's key; null if it has none
 * @param expiresAt when it expires, in the timer's nanoseconds; {@link EntryNotes#NEVER} if it does not
 */
record Publication(Message message, @Nullable String key, long expiresAt) {

    /** {@return the charge of the message, in bytes} */
    long charge() {
        return EntryNotes.charge(message, key);
    }
}
