package io.techops.broadcast.tyrus.server;

import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A private key with its certificate.
 *
 * @param chain begins with the certificate of the key
 * @param names the hosts that the certificate is for, in lower case; wildcard names begin with {@code *.}
 */
public record ServerKey(String alias, PrivateKey key, List<X509Certificate> chain, Set<String> names) {

    private static final int DNS_NAME = 2;
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,+]+)", Pattern.CASE_INSENSITIVE);

    public static ServerKey of(String alias, PrivateKey key, List<X509Certificate> chain) {
        return new ServerKey(alias, key, chain, names(chain.get(0)));
    }

    /** {@return the names in the certificate; only if it lists none, that of its subject (RFC 6125 section 6.4.4)} */
    private static Set<String> names(X509Certificate certificate) {
        Set<String> names = new HashSet<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (alternative.get(0).equals(DNS_NAME)) {
                    names.add(((String) alternative.get(1)).toLowerCase(Locale.ROOT));
                }
            }
        } catch (CertificateParsingException e) {
            // A client will not understand such a name either.
        }
        Matcher subject = COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName());
        if (names.isEmpty() && subject.find()) {
            names.add(subject.group(1).toLowerCase(Locale.ROOT));
        }
        return Set.copyOf(names);
    }

    public boolean isValid(Instant now) {
        X509Certificate certificate = chain.get(0);
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }

    /** {@return whether the certificate has this name; a wildcard stands for one label (RFC 6125 section 6.4.3)} */
    boolean isFor(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        int dot = name.indexOf('.');
        return names.contains(name) || dot > 0 && names.contains("*" + name.substring(dot));
    }

    public boolean sharesNameWith(ServerKey other) {
        return alias.equals(other.alias) || names.stream().anyMatch(other.names::contains);
    }

    /**
     * {@return whether this key is of a JSSE key type}
     *
     * @param type such as {@code RSA} or {@code EC}; {@code EC_RSA} is an EC key with an RSA signature
     */
    boolean isOf(String type) {
        int signature = type.indexOf('_');
        return key.getAlgorithm().equalsIgnoreCase(signature < 0 ? type : type.substring(0, signature));
    }

    /**
     * {@return whether this key can make one of the signatures that a client accepts}
     *
     * @param signatures their names in the JDK, such as {@code SHA256withECDSA}; none if the client sends no list
     * @param isNew whether the connection uses TLS 1.3, which allows RSA only as PSS, and binds the curve to the hash
     *     (RFC 8446 section 4.2.3)
     */
    public boolean isUsableWith(List<String> signatures, boolean isNew) {
        return signatures.isEmpty() || signatures.stream().anyMatch(signature -> switch (key.getAlgorithm()) {
            case "EC" -> signature.endsWith("withECDSA") && (!isNew || signature.equals(hashOfCurve() + "withECDSA"));
            case "RSA" -> signature.equals("RSASSA-PSS") || !isNew && signature.endsWith("withRSA");
            case "RSASSA-PSS" -> signature.equals("RSASSA-PSS");
            default -> true;
        });
    }

    private String hashOfCurve() {
        int bits = key instanceof ECKey ec ? ec.getParams().getOrder().bitLength() : 0;
        return bits <= 256 ? "SHA256" : bits <= 384 ? "SHA384" : "SHA512";
    }
}
