package io.techops.broadcast.engine;

import io.techops.broadcast.Position;
import java.security.SecureRandom;

/** Makes epochs. Safe for use by any number of threads. */
final class Epoch {

    private static final String DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
    /** The number of digits that hold 51 bits. */
    private static final int LENGTH = 10;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Epoch() {
    }

    /** {@return the position before the first message of a new epoch} */
    static Position begin() {
        StringBuilder epoch = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            epoch.append(DIGITS.charAt(RANDOM.nextInt(DIGITS.length())));
        }
        return Position.of(epoch.toString(), 0);
    }
}
