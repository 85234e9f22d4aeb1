package javax.websocket.server;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** Named like the annotation of Java EE 8, which a newcomer may import by mistake. */
@Retention(RetentionPolicy.RUNTIME)
public @interface ServerEndpoint {

    /** {@return the path} */
    String value();
}
