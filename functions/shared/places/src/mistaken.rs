//! Texts that the pack ties to the wrong place, that are no longer true of it, or that should not be said of it.
//!
//! The pack tool goes by names, and many a heritage site is called after a word that is also a town's: Yellowstone is
//! no part of National Park, New Jersey. Three kinds of texts were read for such: those of the Factbook that are tied to
//! places, what the dictionary mentions of them, and its entries of places outside the United States, but for some of
//! the largest cities. Entries within the United States are tied by state.

/// The GeoNames id of a place, and how a text begins that is not true of it; empty where none is.
#[rustfmt::skip]
pub(crate) const MISTAKEN: &[(u32, &str)] = &[
    // What the Factbook says.
    (104515, "Historic Jeddah"),                        // Makkah: in Jeddah
    (1271439, "Mahabodhi Temple Complex"),              // Gaya: it is in Bodh Gaya
    (1516393, "Petroglyphic Complexes"),                // Altai: the mountains
    (156918, "Ruins of Kilwa Kisiwani"),                // Kisiwani
    (1793700, "Mount Taishan"),                         // Taishan, Guangdong: in Shandong
    (1801740, "Lushan National Park"),                  // Lushan, Guizhou: in Jiangxi
    (1802501, "Longmen Grottoes"),                      // Longmen, Chongqing: in Henan
    (1807035, "Zuojiang Huashan"),                      // Huashan, Jiangsu: in Guangxi
    (1808133, "Cultural Landscape of Honghe"),          // Honghe, Shandong: in Yunnan
    (1815249, "Chengjiang Fossil Site"),                // Chengjiang, Chongqing: in Yunnan
    (2634894, "the designation of Great Britain"),      // Wales, a village in England
    (2750802, "Mill Network at Kinderdijk"),            // Mill
    (2954127, "Castles of Augustusburg"),               // Augustusburg, Saxony: at Brühl
    (2957528, "Abbey and Altenmünster"),                // Altenmünster, Bavaria: in Lorsch
    (3164256, "Villa"),                                 // Villa
    (3167551, "Church and Dominican Convent"),          // Santa Maria, Campania: in Milan
    (3170899, "Piazza del Duomo"),                      // Piazza: in Pisa
    (3170899, "Cathedral, Torre Civica"),               // Piazza: in Modena
    (3400905, "Cerrado Protected Areas"),               // Emas, Paraíba: in Goiás
    (3405304, "Sanctuary of Bom Jesus"),                // Bom Jesus, Piauí: in Congonhas
    (3447779, "Serra da Capivara"),                     // Serra, Espírito Santo: in Piauí
    (3449176, "São Francisco Square"),                  // São Francisco: in São Cristóvão
    (3455724, "Historic Ouro Preto"),                   // Ouro, Santa Catarina
    (3458651, "Lençóis Maranhenses"),                   // Lençóis, Bahia: in Maranhão
    (3466315, "Cerrado Protected Areas"),               // Chapada, Rio Grande do Sul: in Goiás
    (3466469, "Central Amazon"),                        // Central, Bahia
    (3514783, "most of the population"),                // Veracruz: the state
    (3618030, "Ruins of León Viejo"),                   // León: León Viejo was given up
    (4234969, "Cahokia Mounds"),                        // Cahokia: in Collinsville
    (4350049, "mud slides in California"),              // California, Maryland
    (4395052, "Statue of Liberty"),                     // Liberty, Missouri
    (4398103, "Mammoth Cave"),                          // Mexico, Missouri
    (4503217, "Yellowstone"),                           // National Park, New Jersey
    (4503217, "Grand Canyon"),
    (4503217, "Yosemite"),
    (4503217, "Mesa Verde"),
    (4503217, "Mammoth Cave"),
    (4503217, "Olympic"),
    (4503217, "Everglades"),
    (4503217, "Great Smoky Mountains"),
    (4503217, "Hawaii Volcanoes"),
    (4503217, "Carlsbad Caverns"),
    (4722065, "Redwood National"),                      // Redwood, Texas
    (4726440, "La Fortaleza"),                          // San Juan, Texas
    (4764826, "Hopewell Ceremonial"),                   // Hopewell, Virginia: in Ohio
    (5038045, "Monticello"),                            // Monticello, Minnesota
    (5051468, "Monticello"),                            // Virginia, Minnesota
    (515246, "Petroglyphs of Lake Onega"),              // Onega: in Karelia
    (5304391, "Mesa Verde"),                            // Mesa, Arizona
    (5334223, "Carlsbad Caverns"),                      // Carlsbad, California: in New Mexico
    (5435464, "Taos Pueblo"),                           // Pueblo, Colorado
    (5518239, "Grand Canyon"),                          // Canyon, Texas
    (6317276, "Paraty and Ilha Grande"),                // Ilha Grande, Piauí
    (668732, "Frontiers of the Roman Empire"),          // Roman, Romania
    (7260219, "Monticello"),                            // University, Florida
    (7874482, "Pantanal Conservation Area"),            // Pantanal, Santa Catarina
    (8948835, "Archaeological Areas of Pompeii"),       // Annunziata: in Torre Annunziata
    (8948885, "Assisi"),                                // San Francesco, Tuscany
    // What the dictionary says of something else.
    (2644972, "married the daughter"),                  // Lancaster: the House of Lancaster
    (3871336, "a hill in eastern Cuba"),                // Santiago: Santiago de Cuba
    (4171563, "a lake in northwestern Russia"),         // St. Petersburg, Florida
    (4641239, "worshipped especially at Memphis"),      // Memphis, Tennessee: in Egypt
    (4669635, "a former cattle trail"),                 // Abilene, Texas: in Kansas
    (4933743, "a river that rises in south central"),   // Concord, Massachusetts: in New Hampshire
    (5045360, "a New Testament book"),                  // Saint Paul, Minnesota: the apostle
    (5072006, "the likenesses of Washington"),          // Lincoln, Nebraska: the president
    (5308655, "a faint constellation"),                 // Phoenix: the constellation
    (5308655, "a small constellation"),
    (5922111, "a conference held in"),                  // Churchill, Manitoba: Winston Churchill
    // What it says of 2006 and is over: Yamoussoukro, Dodoma, Naypyidaw, Gitega and Palikir are the capitals.
    (2293538, "city recognized by the United States"),  // Abidjan
    (160263, "the capital of Tanzania"),                // Dar es Salaam
    (160196, "a city in the center of Tanzania"),       // Dodoma: "the future capital"
    (1298824, "the capital of Myanmar"),                // Yangon
    (425378, "the capital of Burundi"),                 // Bujumbura
    (4043034, "capital of Micronesia"),                 // Kolonia
    // What it says of people who suffer, and dates.
    (1275004, "suffers from poverty"),                  // Kolkata
    // All that it says, of another place in the country.
    (2111425, ""),                                      // Ōmiya, Ibaraki: the one in Saitama
    (2762097, ""),                                      // Wagram: Deutsch-Wagram
    (3996426, ""),                                      // Matamoros, Coahuila: the one in Tamaulipas
    (2911520, ""),                                      // Halle, North Rhine-Westphalia: Halle (Saale)
];

/// GeoNames ids of places that the list has as the seats of their regions, and that are none, or doubtful.
#[rustfmt::skip]
pub(crate) const NO_SEATS: &[u32] = &[
    284899,   // Jericho: of its governorate, not of the West Bank
    461064,   // Berģi: Riga is
    934881,   // Piggs Peak
    2140466,  // La Foa: Nouméa is
    2544571,  // Kenitra: Rabat is
    2961297,  // Swords, of Leinster
    7601921,  // Zhongxing New Village, Taiwan
    10172752, // Lungtenzampa: Thimphu is
    11747336, // West Ilsley, a village in England
];

/// Whether a text that the pack ties to a place is not to be told of it.
pub(crate) fn is_mistaken(geoname_id: u32, text: &str) -> bool {
    MISTAKEN
        .iter()
        .any(|(id, beginning)| *id == geoname_id && text.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fact, Subject, pack::PACK};

    #[test]
    fn each_is_a_text_that_the_pack_has() {
        for (id, beginning) in MISTAKEN {
            let place = PACK
                .described()
                .find(|place| PACK.ids.u32(*place) == *id)
                .unwrap_or_else(|| panic!("{id} has no text"));
            let texts = PACK.texts_as_packed(place).unwrap();

            let glosses = texts.gloss.iter();
            let mentions = texts.mentions.iter().map(|(_, text, ..)| text);
            let parts = texts.parts.iter().map(|(_, text)| text);
            let mut all = glosses
                .chain(mentions)
                .chain(parts)
                .chain(texts.texts.iter().map(|text| &text.text));
            assert!(
                all.any(|text| text.starts_with(beginning)),
                "{id} {beginning}"
            );
        }
    }

    #[test]
    fn none_of_them_is_told_and_the_others_are() {
        // What the Factbook says of the country may be told anywhere in it.
        let is_of_place = |fact: &Fact| fact.subject == Subject::Place;
        let told = |id: u32, word: &str| {
            let facts = crate::facts(id).unwrap();
            facts
                .iter()
                .any(|fact| is_of_place(fact) && fact.claim.contains(word))
        };

        assert!(!told(4503217, "Yellowstone"));
        assert!(!told(5051468, "Monticello") && told(5051468, "Mesabi Range"));
        assert!(!told(2911520, "Saale") && !told(1298824, "Yangon: the capital"));
        assert!(!told(284899, "seat of the administration of West Bank"));
        let bergen = crate::resolve("Bergen, Norway").place.unwrap().geoname_id;
        assert!(!told(bergen, "seat of the"), "Vestland has two");
        assert!(told(1275004, "seat of the administration of West Bengal"));
        assert!(told(3455671, "Historic Ouro Preto"));
    }
}
