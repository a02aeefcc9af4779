"""Countries by their folded names: a code and its names a line. Made by `tools/country_names.py`; don't edit."""

NAMES = """\
AD ad and andorra
AE ae are emirates theunitedarabemirates uae unitedarabemirates vereinigtearabischeemirate الإماراتالعربيةالمتحدة
AF af afg afghanistan
AG ag antiguaandbarbuda antiguabarbuda atg
AI ai aia anguilla
AL al alb albania albanien shqiperia
AM am arm armenia armenien հայաստան
AO ago angola ao
AQ antarctica aq ata
AR ar arg argentina argentine argentinerepublic argentinien
AS americansamoa as asm
AT at austria aut autriche oesterreich oostenrijk osterreich republicofaustria
AU au aus australia australie australien commonwealthofaustralia
AW abw aruba aw
AX ala aland alandislands ax
AZ aserbaidschan az aze azerbaijan azərbaycan
BA ba bih bosnaihercegovina bosnia bosniaandherzegovina bosniaherzegovina bosnienherzegowina bosnienundherzegowina herzegovina
BB barbados bb brb
BD bangladesh bd bgd
BE be bel belgie belgien belgique belgium kingdomofbelgium
BF bf bfa burkina burkinafaso
BG bg bgr bulgaria bulgarie bulgarien българия
BH bahrain bh bhr
BI bdi bi burundi
BJ ben benin bj
BL bl blm saintbarthelemy stbarthelemy
BM bermuda bermudas bm bmu
BN bn brn brunei bruneidarussalam
BO bo bol bolivia boliviaplurinationalstateof plurinationalstateofbolivia
BQ bes bonaire bonairesinteustatiusandsaba bq caribbeannetherlands
BR br bra brasil brasilien brazil brazilie bresil
BS bahamas bhs bs thebahamas
BT bhutan bt btn
BV bouvetisland bv bvt
BW botswana bw bwa
BY belarus belorussia blr by weissrussland беларусь
BZ belize blz bz
CA ca can canada kanada
CC cc cck cocosislands cocoskeelingislands keelingislands thecocoskeelingislands
CD cd cod congokinshasa congothedemocraticrepublicofthe democraticrepublicofcongo democraticrepublicofthecongo drc drcongo thedemocraticrepublicofthecongo
CF caf centralafricanrep centralafricanrepublic cf thecentralafricanrepublic
CG cg cog congo congobrazzaville republicofcongo republicofthecongo thecongo
CH ch che dieschweiz lasuisse schweiz suisse suiza svizra svizzera swissconfederation switzerland zwitserland
CI ci civ cotedivoire elfenbeinkuste ivorycoast
CK ck cok cookislands thecookislands
CL chile chl cl
CM cameroon cm cmr
CN china chine chn cn mainlandchina peoplesrepublicofchina prc prchina volksrepublikchina 中国 中國
CO co col colombia colombie kolumbien
CR costarica cr cri
CU cu cub cuba kuba
CV caboverde capeverde cpv cv kapverde
CW curacao cuw cw
CX christmasisland cx cxr
CY chypre cy cyp cyprus kibris zypern κύπρος
CZ ceskarepublika cesko cz cze czechia czechrep czechrepublic republiquetcheque tschechien tschechischerepublik
DE alemania allemagne brd bundesrepublikdeutschland de deu deutschland duitsland federalrepublicofgermany frg germania germany tyskland
DJ dj dji djibouti
DK daenemark danemark danmark denemarken denmark dk dnk kingdomofdenmark
DM dm dma dominica
DO do dom dominicanrepublic dominikanischerepublik republicadominicana thedominicanrepublic
DZ algeria algerie algerien dz dza الجزائر
EC ec ecu ecuador
EE ee eesti est estland estonia estonie
EG aegypten agypten eg egy egypt egypte مصر
EH eh esh westernsahara
ER er eri eritrea
ES es esp espagne espana kingdomofspain spain spanien spanje
ET et eth ethiopia
FI fi fin finland finlande finnland suomi
FJ fiji fj fji
FK falklandislands falklandislandsmalvinas falklands fk flk malvinas thefalklandislandsmalvinas
FM federatedstatesofmicronesia fm fsm micronesia micronesiafederatedstatesof
FO faroeislands faroer fo foroyar fro thefaroeislands
FR fr fra france francia frankreich frankrijk frenchrepublic lafrance republiquefrancaise
GA ga gab gabon
GB britain england gb gbr grandebretagne greatbritain grossbritannien northernireland regnounito reinounido royaumeuni scotland storbritannien theunitedkingdomofgreatbritainandnorthernireland uk unitedkingdom unitedkingdomofgreatbritain unitedkingdomofgreatbritainandnorthernireland unitedkingdomuk vereinigteskonigreich verenigdkoninkrijk wales
GD gd grd grenada
GE ge geo georgia georgien საქართველო
GF frenchguiana gf guf
GG gg ggy guernsey
GH gh gha ghana
GI gi gib gibraltar
GL gl greenland grl
GM gambia gm gmb thegambia
GN gin gn guinea
GP glp gp guadeloupe
GQ equatorialguinea gnq gq
GR el gr grc grece greece griechenland griekenland hellas hellenicrepublic ελλάδα ελλάς
GS gs sgs southgeorgia southgeorgiaandthesouthsandwichislands southsandwichislands
GT gt gtm guatemala
GU gu guam gum
GW gnb guineabissau gw
GY guy guyana gy
HK hk hkg hongkong hongkongsar hongkongsarchina 香港
HM heardisland heardislandandmcdonaldislands hm hmd mcdonaldislands
HN hn hnd honduras
HR croatia croatie hr hrv hrvatska kroatien
HT haiti ht hti
HU hongrie hu hun hungary magyarorszag ungarn
ID id idn indonesia indonesien
IE eire ie ierland ireland irl irland irlande republicofireland
IL il isr israel ישראל
IM im imn isleofman
IN bharat in ind inde india indien भरत
IO britishindianoceanterritory io iot
IQ iq irak iraq irq
IR ir iran iranislamicrepublicof irn islamicrepublicofiran ایران
IS iceland is isl island
IT it ita italia italie italien italy
JE je jersey jey
JM jam jamaica jm
JO jo jor jordan jordanien
JP japan japon jp jpn nihon nippon 日本
KE ke ken kenia kenya
KG kg kgz kyrgyzstan
KH cambodia kh khm
KI ki kir kiribati
KM com comoros km thecomoros
KN kn kna saintkittsandnevis saintkittsnevis stkitts stkittsandnevis
KP democraticpeoplesrepublicofkorea dprk koreademocraticpeoplesrepublicof kp nordkorea northkorea prk thedemocraticpeoplesrepublicofkorea
KR kor korea korearepublicof koreasouth kr republicofkorea southkorea sudkorea therepublicofkorea 대한민국 한국
KW kuwait kw kwt
KY caymanislands cym ky thecaymanislands
KZ kasachstan kaz kazakhstan kz қазақстан
LA la lao laopdr laopeoplesdemocraticrepublic laos thelaopeoplesdemocraticrepublic
LB lb lbn lebanon libanon لبنان
LC lc lca saintlucia stlucia
LI furstentumliechtenstein li lie liechtenstein
LK ceylon lk lka srilanka
LR lbr liberia lr
LS lesotho ls lso
LT lietuva litauen lithuania lt ltu
LU letzebuerg lu lux luxembourg luxemburg
LV latvia latvija lettland lv lva
LY lby libya libyanarabjamahiriya libyen ly
MA ma mar maroc marokko morocco المغرب
MC mc mco monaco principautedemonaco
MD md mda moldawien moldova moldovarepublicof republicamoldova republicofmoldova therepublicofmoldova
ME crnagora me mne montenegro
MF frenchpartsaintmartin maf mf saintmartin saintmartinfrenchpart stmartin
MG madagascar mdg mg
MH marshallislands mh mhl themarshallislands
MK formeryugoslavrepublicofmacedonia fyrom macedonia macedoniatheformeryugoslavrepublicof mazedonien mk mkd nordmazedonien northmacedonia republicofnorthmacedonia севернамакедонија
ML mali ml mli
MM birma burma mm mmr myanmar
MN mn mng mongolia
MO mac macao macaosar macau mo 澳門
MP mnp mp northernmarianaislands thenorthernmarianaislands
MQ martinique mq mtq
MR mauritania mr mrt
MS montserrat ms msr
MT malta mlt mt
MU mauritius mu mus
MV maldives mdv mv
MW malawi mw mwi
MX mex mexico mexiko mexique mx unitedmexicanstates
MY malaysia malaysien my mys
MZ moz mozambique mz
NA na nam namibia
NC nc ncl newcaledonia
NE ne ner niger theniger
NF nf nfk norfolkisland
NG ng nga nigeria
NI ni nic nicaragua
NL holland kingdomofthenetherlands nederland netherlands niederlande nl nld paesibassi paisesbajos paysbas thenetherlands
NO no noorwegen nor noreg norge norvege norway norwegen
NP nepal np npl
NR nauru nr nru
NU niu niue nu
NZ aotearoa neuseeland newzealand nz nzl
OM om oman omn
PA pa pan panama
PE pe per peru
PF frenchpolynesia pf pyf
PG papuanewguinea pg png
PH ph philippinen philippines phl pilipinas thephilippines
PK pak pakistan pk
PL pl pol poland polen pologne polska
PM pm saintpierre saintpierreandmiquelon saintpierreetmiquelon spm stpierre
PN pcn pitcairn pn
PR pr pri puertorico
PS palestine palestinestateof palestinianterritories palestinianterritory ps pse stateofpalestine
PT portugal portugueserepublic prt pt
PW palau plw pw
PY paraguay pry py
QA qa qat qatar
RE lareunion re reu reunion
RO ro romania rou roumanie rumanien
RS rs serbia serbien srb srbija србија
RU rossija ru rus russia russianfederation russie russland therussianfederation российскаяфедерация россия
RW rw rwa rwanda
SA ksa sa sau saudiarabia saudiarabien المملكةالعربيةالسعودية
SB sb slb solomonislands
SC sc seychelles syc
SD sd sdn sudan thesudan
SE schweden se suede sverige swe sweden zweden
SG sg sgp singapore singapur 新加坡
SH ascensionandtristandacunhasainthelena sainthelena sainthelenaascensionandtristandacunha sh shn sthelena
SI si slovenia slovenija slowenien svn
SJ sj sjm svalbard svalbardandjanmayen
SK sk slovakia slovakrepublic slovaquie slovensko slowakei svk
SL sierraleone sl sle
SM sanmarino sm smr
SN sen senegal sn
SO so som somalia
SR sr sur suriname
SS southsudan ss ssd
ST saotome saotomeandprincipe st stp
SV elsalvador slv sv
SX dutchpartsintmaarten saintmaarten sintmaarten sintmaartendutchpart stmaarten sx sxm
SY sy syr syria syrianarabrepublic syrien
SZ eswatini swaziland swz sz
TC tc tca theturksandcaicosislands turksandcaicosislands turkscaicosislands
TD chad tcd td
TF atf frenchsouthernterritories tf thefrenchsouthernterritories
TG tg tgo togo
TH th tha thailand ประเทศไทย ไทย
TJ tajikistan tj tjk
TK tk tkl tokelau
TL easttimor timorleste tl tls
TM tkm tm turkmenistan
TN tn tun tunesien tunisia tunisie
TO to ton tonga
TR republicofturkey tr tuerkei tur turkei turkey turkiye turquie
TT tobago trinidad trinidadandtobago trinidadtobago tt tto
TV tuv tuvalu tv
TW taiwan taiwanprovinceofchina taiwanrepublicofchina taiwanroc tw twn 台灣 臺灣
TZ tansania tanzania tanzaniaunitedrepublicof tz tza unitedrepublicoftanzania
UA ua ukr ukraina ukraine україна
UG ug uga uganda
UM theunitedstatesminoroutlyingislands um umi unitedstatesminoroutlyingislands usminoroutlyingislands
US america eeuu estadosunidos etatsunis statiuniti theunitedstates theunitedstatesofamerica theusa unitedstates unitedstatesofamerica unitedstatesusa us usa usaunitedstatesofamerica vereinigtestaaten vereinigtestaatenvonamerika verenigdestaten
UY uruguay ury uy
UZ usbekistan uz uzb uzbekistan
VA holysee holyseevaticancitystate theholysee va vat vatican vaticancity vaticancitystate vatikan
VC saintvincent saintvincentandthegrenadines stvincent stvincentandthegrenadines vc vct
VE bolivarianrepublicofvenezuela ve ven venezuela venezuelabolivarianrepublicof
VG britishvirginislands vg vgb virginislandsbritish
VI unitedstatesvirginislands usvirginislands vi vir virginislandsus
VN socialistrepublicofvietnam vietnam vn vnm
VU vanuatu vu vut
WF wallisandfutuna wallisfutuna wf wlf
WS samoa ws wsm
XK kosova kosove kosovo xk xkx
YE ye yem yemen
YT mayotte myt yt
ZA afriquedusud republicofsouthafrica rsa southafrica sudafrika suidafrika za zaf
ZM zambia zm zmb
ZW zimbabwe zw zwe
"""
