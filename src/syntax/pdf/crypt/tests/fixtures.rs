//! What qpdf 11.3 wrote for one small file: `qpdf --static-id --stream-data=preserve --encrypt USER OWNER …`.

use super::super::super::object::ObjectId;

/// One encrypted file: its encryption dictionary and three of its values, in hex.
pub(super) struct Fixture {
    pub(super) name: &'static str,
    pub(super) user: &'static str,
    pub(super) owner: &'static str,
    pub(super) revision: u8,
    pub(super) permissions: i32,
    pub(super) encrypt: &'static str,
    /// `/Title` of object 2.
    pub(super) title: &'static str,
    /// The stream of object 3, the catalog's metadata.
    pub(super) metadata: &'static str,
    /// The stream of object 6, a page's contents.
    pub(super) contents: &'static str,
}

pub(super) const ID: &str = "31415926535897932384626433832795";
pub(super) const TITLE: (ObjectId, &[u8]) = (ObjectId::new(2, 0), b"Hello, world");
pub(super) const METADATA: (ObjectId, &[u8]) = (ObjectId::new(3, 0), b"<x/>");
pub(super) const CONTENTS: (ObjectId, &[u8]) = (ObjectId::new(6, 0), b"0 0 m 72 72 l S\n");

pub(super) const ALL: &[Fixture] = &[
    Fixture {
        name: "r2",
        user: "user",
        owner: "owner",
        revision: 2,
        permissions: -36,
        encrypt: "<< /Filter /Standard /Length 40 \
            /O <94e8094419662a774442fb072e3d9f19e9d130ec09a4d0061e78fe920f7ab62f> \
            /P -36 /R 2 \
            /U <7c4ea1cb7e42aa47c7bb1e343f2127d443d356b034768d0c13c23a537462bfce> \
            /V 1 >>",
        title: "ca7b53c8e20cc20b12b4f6b4",
        metadata: "7b587e6b",
        contents: "4400975e4f877e6238c9c70ddd93f81c",
    },
    Fixture {
        name: "r2_no_password",
        user: "",
        owner: "",
        revision: 2,
        permissions: -4,
        encrypt: "<< /Filter /Standard /Length 40 \
            /O <2055c756c72e1ad702608e8196acad447ad32d17cff583235f6dd15fed7dab67> \
            /P -4 /R 2 \
            /U <660de68a4d103b65851a73d833e1c41ccf14a3a7679b6be9a79f2e6883848a79> \
            /V 1 >>",
        title: "071ab84ecf724836a16ec165",
        metadata: "d3a58c36",
        contents: "51524b5371a0f41195433be80ed036be",
    },
    Fixture {
        name: "r3",
        user: "user",
        owner: "owner",
        revision: 3,
        permissions: -44,
        encrypt: "<< /Filter /Standard /Length 128 \
            /O <0ba3835f88f90388e74e54584125ce142be0de24c6b0d37746e075b891756671> \
            /P -44 /R 3 \
            /U <f767410843fe9df7b36ba6a8c483ccc90122456a91bae5134273a6db134c87c4> \
            /V 2 >>",
        title: "68314d055eb0e72d17861a35",
        metadata: "d34c4d88",
        contents: "d416a45956c455b105e1922d155607a2",
    },
    Fixture {
        name: "r3_same_passwords",
        user: "same",
        owner: "same",
        revision: 3,
        permissions: -4,
        encrypt: "<< /Filter /Standard /Length 128 \
            /O <72d80447dab347ef4a5ae93cb806d4a069f2fe2a30c58bdf9e241180feb9cd08> \
            /P -4 /R 3 \
            /U <1262c74124a6c5450fab1b3bbfc2ac3b0122456a91bae5134273a6db134c87c4> \
            /V 2 >>",
        title: "0cdac142c47135d93b26ef94",
        metadata: "0c654325",
        contents: "a7c3fa4adbd972414ced6bc2d383bf4a",
    },
    Fixture {
        name: "r3_no_user_password",
        user: "",
        owner: "owner",
        revision: 3,
        permissions: -1324,
        encrypt: "<< /Filter /Standard /Length 128 \
            /O <566fa873ee33c797cd3b904fdadf814afa34df9a38f6ed41b984e2c6da2aa6f5> \
            /P -1324 /R 3 \
            /U <aa2b0a8ee6fa10d2095873c5f6857d390122456a91bae5134273a6db134c87c4> \
            /V 2 >>",
        title: "75023decbd50f6ccf12d465c",
        metadata: "037dd5af",
        contents: "090c004699d16d9c3219b20df83f400d",
    },
    Fixture {
        name: "r3_accents",
        user: "Grüße €",
        owner: "Šœ…",
        revision: 3,
        permissions: -4,
        encrypt: "<< /Filter /Standard /Length 128 \
            /O <61398e10573a0a01337b893965d89bd9b52fb919540fab174f6db2187c04b65b> \
            /P -4 /R 3 \
            /U <775004b401a85da0ed6aa84e789c29480122456a91bae5134273a6db134c87c4> \
            /V 2 >>",
        title: "c098f86f4855533650f59a7c",
        metadata: "4fcf62e2",
        contents: "6a7ce399ae5a31512268acb99edab751",
    },
    Fixture {
        name: "r4_rc4",
        user: "user",
        owner: "owner",
        revision: 4,
        permissions: -4,
        encrypt: "<< /CF << /StdCF << /AuthEvent /DocOpen /CFM /V2 /Length 16 >> >> \
            /Filter /Standard /Length 128 \
            /O <0ba3835f88f90388e74e54584125ce142be0de24c6b0d37746e075b891756671> \
            /P -4 /R 4 /StmF /StdCF /StrF /StdCF \
            /U <763f954d16622015ee88b60b3eb8f7590122456a91bae5134273a6db134c87c4> \
            /V 4 >>",
        title: "b3c4ea636dbd58e376e1e1b7",
        metadata: "b6e52a59",
        contents: "e09243aa94cefb18d258980470e01861",
    },
    Fixture {
        name: "r4_aes",
        user: "user",
        owner: "owner",
        revision: 4,
        permissions: -2056,
        encrypt: "<< /CF << /StdCF << /AuthEvent /DocOpen /CFM /AESV2 /Length 16 >> >> \
            /Filter /Standard /Length 128 \
            /O <0ba3835f88f90388e74e54584125ce142be0de24c6b0d37746e075b891756671> \
            /P -2056 /R 4 /StmF /StdCF /StrF /StdCF \
            /U <4e6ca127ddc863f4ca94e1370878ba5d0122456a91bae5134273a6db134c87c4> \
            /V 4 >>",
        title: "03af0fcfa3b04dbf3780200c078b1d85c5426adfa672c9f2990ce510b5d593cd",
        metadata: "090ddc03305fecab01966e84b98712c3fd877d832606e521cd0760859901143e",
        contents: "\
            eb9542bb37f712f52d1dd30e170339570461f81b499ce2014aa1d4529095d4254586659e047f6f24ac13\
            d65a0533e467",
    },
    Fixture {
        name: "r4_clear_metadata",
        user: "",
        owner: "owner",
        revision: 4,
        permissions: -4,
        encrypt: "<< /CF << /StdCF << /AuthEvent /DocOpen /CFM /AESV2 /Length 16 >> >> /EncryptMetadata false /Filter /Standard /Length 128 \
            /O <566fa873ee33c797cd3b904fdadf814afa34df9a38f6ed41b984e2c6da2aa6f5> \
            /P -4 /R 4 /StmF /StdCF /StrF /StdCF \
            /U <b7ae61ae5fe831ccd7979c155d4f926c0122456a91bae5134273a6db134c87c4> \
            /V 4 >>",
        title: "303ad7bb6500620c3c2c7aff024be0016429f62ca0da18911246ba9c0f588cc8",
        metadata: "3c782f3e",
        contents: "\
            29bddbf1b460ff1c6a02ee3e2ef6fa519969366d882fc941463f35b1297f8432f82e132f709548b99858\
            482af9d46dc8",
    },
    Fixture {
        name: "r5",
        user: "user",
        owner: "owner",
        revision: 5,
        permissions: -4,
        encrypt: "<< /CF << /StdCF << /AuthEvent /DocOpen /CFM /AESV3 /Length 32 >> >> \
            /Filter /Standard /Length 256 \
            /O <f8c968bb75b9d0116eabe6b8e96c31c0ce4578926d1b33accb0ba329c58f87edd0442a746fd995980ab46869d83c871e> \
            /OE <51a45ed35ac84fd4c67b66b73dfb3a79f154d5a62d8276cd4bb751183c979628> \
            /P -4 \
            /Perms <255ded13622c0398483ab3526687a780> \
            /R 5 /StmF /StdCF /StrF /StdCF \
            /U <fc398b2703a61686daada422abf1d8c451f887aac4f9ab44cb7b0b5598c4d5282c4024ca1be6ec7afa463a76b8e11b6d> \
            /UE <45d2f9c919f6e028d7b9733862e46881ad97b4d6cf9fcd331f9d6c84fae1fbe8> \
            /V 5 >>",
        title: "6788ae09e1b9db34e083f569dce300ffcce99d7f81f982a11f1df727b6a42159",
        metadata: "df2dfa6b9875b205a8c3125dff4052592ffdd986b87e96d082e67a35a2c3b617",
        contents: "\
            8b341e49bd5e933efd44ef9970d732a097b4c56dfb06f9e0925b89d6aaa282218d8f88c1fa1f83040452\
            0d4aee066e02",
    },
    Fixture {
        name: "r6",
        user: "user",
        owner: "owner",
        revision: 6,
        permissions: -1324,
        encrypt: "<< /CF << /StdCF << /AuthEvent /DocOpen /CFM /AESV3 /Length 32 >> >> \
            /Filter /Standard /Length 256 \
            /O <f9a194683c1b02d326a1acc7455035e9c6ebe9c915508cc74a1a576cefff7d43a9db5e2626dbb2a365c5eb4e8b1b4fe3> \
            /OE <8eb4858e36863325c67ca679fe4884ee50084e70a44740ee975c908ac74a61be> \
            /P -1324 \
            /Perms <24ba0a2f2b6a9c7975893c6bfb2ce4c7> \
            /R 6 /StmF /StdCF /StrF /StdCF \
            /U <15ac28dc8a86d8b92ed2917bae47df132fc3554603a2830b79cbc121a813b9e98da4f766792b60c29b29342eb3ce0476> \
            /UE <809cb366f4dbddfb0a4dfa30fe791893a1f40d7b96f9f84a7cf67bc5c5158501> \
            /V 5 >>",
        title: "527c5b22d1e7c7188c2e3b7dfccfeb1a674f40d5390d6aee3d32ef1e145b7df3",
        metadata: "005b8b37bbb2c14f748ac37cd871aed061afa1837400dcd45c2341e1941423a9",
        contents: "\
            ab17fde542e6d9d0556eecfdc5aaba47c8ede1faba616eb5efa519b0f7be312beeddffc05d6233cd3dcc\
            3ceaec400525",
    },
    Fixture {
        name: "r6_no_passwords",
        user: "",
        owner: "",
        revision: 6,
        permissions: -4,
        encrypt: "<< /CF << /StdCF << /AuthEvent /DocOpen /CFM /AESV3 /Length 32 >> >> \
            /Filter /Standard /Length 256 \
            /O <ddb03c270a712e51cf273a0e425d42fcc2bf1ea33a84eb0bc1b32964b0abfdb919a363a0826a347fc759147dac4feda4> \
            /OE <6de4b544c2e6bd2dd67189f5b0b1aa26c3405b4839ae3dbb5ef2c265e76525bb> \
            /P -4 \
            /Perms <4fd8ae65fe7fd80b9d76974d443acb31> \
            /R 6 /StmF /StdCF /StrF /StdCF \
            /U <d59c1b817ff27899e59d5e35e9ed2859764576997b60dadf9abd32f7a91bf5c71e4d829b5a73c20987564a6a04b5f824> \
            /UE <321c9b1c41642675d20896a2d53b1c40d34f9b3b6a09803b5209a2f95a11901f> \
            /V 5 >>",
        title: "d9922235392593dae3759ae055e9ce5d627456a888206ece1c8f19e31d6ebdbd",
        metadata: "e6a785a00e21337da55412c499859ddd4fc8cbb2f1e034a4a84c617b584a38c9",
        contents: "\
            5ad0e4b8921b32c06af8ea5ad72823d620e70f49cda7393ef9b4e2b027a828da524ae353183df62a4d47\
            bfe5eb67548b",
    },
    Fixture {
        name: "r6_clear_metadata",
        user: "",
        owner: "owner",
        revision: 6,
        permissions: -4,
        encrypt: "<< /CF << /StdCF << /AuthEvent /DocOpen /CFM /AESV3 /Length 32 >> >> /EncryptMetadata false /Filter /Standard /Length 256 \
            /O <8084947f852f2ec6e33fc2cb2f33664b729d35551a59bd094389e9486822db4e467e641c89a183977eb497ad2e155258> \
            /OE <cd299f2d3af87efae9d7308e98d8ff8566c65a0e694c47559b66db34cc348bf5> \
            /P -4 \
            /Perms <b51989cb19241f5bb8e550cb701f3b4d> \
            /R 6 /StmF /StdCF /StrF /StdCF \
            /U <7da5e5df7c9aa293cd9f0cdd8bd93e4c00dc9d969f44e38a4dfdcc96e3d9e3ce6f51613c4895febddffc1949d40c38a7> \
            /UE <0eecbf9d88e92241525b34de4ce5f726b74be210dd90ed69ad955be4c89fdbd1> \
            /V 5 >>",
        title: "74aa17a4f938e43f64ee59f39ab88825acb14492778d68bf7ff7537d3972d701",
        metadata: "3c782f3e",
        contents: "\
            22876a2aa97322bf19fc416e72ba41268a539895f113b3db7cd078cab3c8aec487b9efe9b2dfaa816710\
            3ec2b2a8605f",
    },
    Fixture {
        name: "r6_accents",
        user: "ký số",
        owner: "\
            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        revision: 6,
        permissions: -4,
        encrypt: "<< /CF << /StdCF << /AuthEvent /DocOpen /CFM /AESV3 /Length 32 >> >> \
            /Filter /Standard /Length 256 \
            /O <faa03a5f62dfd1eff8abaef1f2c2fd953c22201eb56dc3356db9fd0d7d1ccbdce71232eecd76134c3e669e6cfba9292e> \
            /OE <e6a8c0b59c79eeb55c150ced0d584d0c2c12f120cc8f39d3daf5021aec2a7bad> \
            /P -4 \
            /Perms <b8f0a27f4d349bc6ac971b164ac1fd19> \
            /R 6 /StmF /StdCF /StrF /StdCF \
            /U <750721f9c4d0d9f2fe523df29890ddb8d46e2a6dd9fcc12e8e14f551a529fc2cd4f0445fa2ec75d348f8d734cf2c79fd> \
            /UE <ea91f3e5ee038291dbed73cbcbe23a5d74291286e1e66c0424a1e5a6bf3359ba> \
            /V 5 >>",
        title: "2f755c6a4885bfdde382cef38622812672ed20452dbb31e6023daadfea09c100",
        metadata: "94095e7f3b9f2a05e686bcaa0641d86083853a3ee9428febb4a3dae68f5531b1",
        contents: "\
            f24824683dc56ec4545b544e5f022a750608519cb9187cd3c18869ff9f82b258243e1a544f1a3bcc3d0d\
            70ccb958a374",
    },
];
