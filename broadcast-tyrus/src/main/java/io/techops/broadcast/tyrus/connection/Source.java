package io.techops.broadcast.tyrus.connection;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The input of a peer, piece by piece. */
interface Source {

    /** {@return the next piece, valid until the next call; null if there is no more for now} */
    @Nullable ByteBuffer next();
}
