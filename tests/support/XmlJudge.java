import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.xml.crypto.AlgorithmMethod;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.KeySelectorException;
import javax.xml.crypto.KeySelectorResult;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyValue;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

import com.sun.org.apache.xml.internal.security.c14n.Canonicalizer;

/**
 * What the JDK says of XML signatures and canonical forms.
 *
 * <pre>
 * verify FILE ATTRIBUTES strict|lax           every Signature of the document, in document order
 * c14n   FILE METHOD [ATTRIBUTES ID] [PREFIXES]   the canonical octets on standard output
 * batch                                       jobs from standard input, one a line, fields between tabs
 * </pre>
 *
 * ATTRIBUTES are the names of the attributes that are ids, between commas. An answer to a job of a batch
 * is a line each of `signature ID valid|invalid VALUE REFERENCE…` or `octets BASE64` or `error TEXT`, the
 * fields between tabs, and a line `end`. A REFERENCE is its URI, `=`, `valid` or `invalid`; VALUE is the
 * same of the SignatureValue. `lax` leaves out what the JDK refuses for policy: SHA-1, short keys, many
 * references. The key is that of the first X509Certificate, or the KeyValue; nobody is trusted or not.
 */
public final class XmlJudge {
    private static final String DSIG = XMLSignature.XMLNS;

    public static void main(String[] arguments) throws Exception {
        com.sun.org.apache.xml.internal.security.Init.init();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (arguments.length == 1 && arguments[0].equals("batch")) {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line; (line = in.readLine()) != null;) {
                try {
                    answer(line.split("\t", -1), out, false);
                } catch (Throwable error) {
                    out.println("error\t" + flat(error));
                }
                out.println("end");
            }
        } else if (arguments.length >= 3) {
            answer(arguments, out, true);
            out.flush();
        } else {
            System.err.println("usage: XmlJudge verify FILE ATTRIBUTES strict|lax | c14n FILE METHOD … | batch");
            System.exit(2);
        }
    }

    private static void answer(String[] job, PrintStream out, boolean raw) throws Exception {
        Document document = parse(new File(job[1]));
        if (job[0].equals("verify")) {
            identify(document.getDocumentElement(), job[2].split(","));
            verify(document, job.length < 4 || !job[3].equals("lax"), out);
            return;
        }
        if (!job[0].equals("c14n")) {
            throw new IllegalArgumentException("no such job: " + job[0]);
        }
        Node apex = document;
        if (job.length > 4 && !job[4].isEmpty()) {
            identify(document.getDocumentElement(), job[3].split(","));
            apex = document.getElementById(job[4]);
            if (apex == null) {
                throw new IllegalArgumentException("no element has the id " + job[4]);
            }
        }
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        Canonicalizer canonicalizer = Canonicalizer.getInstance(job[2]);
        if (job.length > 5 && !job[5].isEmpty()) {
            canonicalizer.canonicalizeSubtree(apex, job[5], octets);
        } else {
            canonicalizer.canonicalizeSubtree(apex, octets);
        }
        if (raw) {
            octets.writeTo(out);
        } else {
            out.println("octets\t" + Base64.getEncoder().encodeToString(octets.toByteArray()));
        }
    }

    /** External entities are files beside the document, or empty; nothing is fetched. */
    private static Document parse(File file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(new DefaultHandler() {
            @Override
            public void fatalError(SAXParseException error) throws SAXParseException {
                throw error;
            }
        });
        builder.setEntityResolver((publicId, systemId) -> {
            File beside = new File(file.getAbsoluteFile().getParentFile(), new File(systemId).getName());
            return beside.isFile() ? new InputSource(beside.toURI().toString()) : new InputSource(new StringReader(""));
        });
        try (FileInputStream in = new FileInputStream(file)) {
            return builder.parse(in, file.toURI().toString());
        }
    }

    private static void identify(Element element, String[] attributes) {
        // Without recursion: documents may be deep.
        Node node = element;
        while (node != null) {
            if (node instanceof Element) {
                Element current = (Element) node;
                for (String attribute : attributes) {
                    if (current.hasAttribute(attribute)) {
                        current.setIdAttribute(attribute, true);
                    }
                }
            }
            Node next = node.getFirstChild();
            while (next == null && node != null && node != element) {
                next = node.getNextSibling();
                if (next == null) {
                    node = node.getParentNode();
                }
            }
            node = next;
        }
    }

    private static void verify(Document document, boolean secure, PrintStream out) throws Exception {
        XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        NodeList found = document.getElementsByTagNameNS(DSIG, "Signature");
        for (int index = 0; index < found.getLength(); index++) {
            Element element = (Element) found.item(index);
            String id = element.getAttribute("Id");
            DOMValidateContext context = new DOMValidateContext(new Keys(), element);
            context.setProperty("org.jcp.xml.dsig.secureValidation", secure);
            StringBuilder line = new StringBuilder("signature\t" + (id.isEmpty() ? "-" : id));
            try {
                XMLSignature signature = factory.unmarshalXMLSignature(context);
                boolean value = signature.getSignatureValue().validate(context);
                boolean all = value;
                StringBuilder references = new StringBuilder();
                for (Object object : signature.getSignedInfo().getReferences()) {
                    Reference reference = (Reference) object;
                    boolean valid = reference.validate(context);
                    all &= valid;
                    references.append('\t').append(reference.getURI()).append('=').append(word(valid));
                }
                all &= signature.validate(context);
                line.append('\t').append(word(all)).append('\t').append(word(value)).append(references);
            } catch (Exception error) {
                line.append("\tinvalid\t").append(flat(error));
            }
            out.println(line);
        }
    }

    private static String word(boolean valid) {
        return valid ? "valid" : "invalid";
    }

    private static String flat(Throwable error) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            text.append(text.length() == 0 ? "" : ": ").append(cause);
        }
        return text.toString().replaceAll("\\s+", " ");
    }

    /** The key that the KeyInfo itself holds. */
    private static final class Keys extends KeySelector {
        @Override
        public KeySelectorResult select(KeyInfo info, Purpose purpose, AlgorithmMethod method, XMLCryptoContext context)
                throws KeySelectorException {
            if (info == null) {
                throw new KeySelectorException("no KeyInfo");
            }
            for (Object content : info.getContent()) {
                if (content instanceof X509Data) {
                    for (Object item : ((X509Data) content).getContent()) {
                        if (item instanceof X509Certificate) {
                            PublicKey key = ((X509Certificate) item).getPublicKey();
                            return () -> key;
                        }
                    }
                } else if (content instanceof KeyValue) {
                    try {
                        Key key = ((KeyValue) content).getPublicKey();
                        return () -> key;
                    } catch (java.security.KeyException error) {
                        throw new KeySelectorException(error);
                    }
                }
            }
            throw new KeySelectorException("neither an X509Certificate nor a KeyValue");
        }
    }
}
