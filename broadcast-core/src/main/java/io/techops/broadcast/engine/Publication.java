package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import org.jspecify.annotations.Nullable;

/**
 * A message that is to be appended for everyone, or for everyone but some.
 *
 * @param key what it is about; null if it has no key
 * @param expiresAt until when it is delivered, in the timer's nanoseconds; {@link EntryNotes#NEVER} if at any time
 */
record Publication(Message message, @Nullable String key, long expiresAt) {

    /** {@return what it is charged} */
    long charge() {
        return EntryNotes.charge(message, key);
    }
}
